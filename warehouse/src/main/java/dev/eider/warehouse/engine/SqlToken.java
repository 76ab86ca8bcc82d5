package dev.eider.warehouse.engine;

import java.util.Locale;

/**
 * One word, literal or sign of an SQL text. Immutable.
 *
 * @param kind what it is
 * @param text the text as it was written, quotes included
 * @param start offset of its first character in the text that was read
 * @param end offset behind its last character
 */
public record SqlToken(Kind kind, String text, int start, int end) {

    /** What a token can be. */
    public enum Kind {
        /** A keyword or an unquoted name. */
        WORD,
        /** A name in double quotes. */
        QUOTED_IDENTIFIER,
        /**
         * A string: {@code '…'}, {@code E'…'}, {@code X'…'}, {@code B'…'} or {@code $tag$…$tag$}; with all parts that
         * continue it behind line breaks.
         */
        STRING,
        /** A number without its sign. */
        NUMBER,
        /** A place for a value: {@code ?}, {@code ?1}, {@code $1} or {@code $name}. */
        PARAMETER,
        /** An operator, a bracket or punctuation. */
        SYMBOL,
        /** A comment. */
        COMMENT,
        /** The end of the text; empty. */
        END
    }

    /** Tells whether this is the given keyword: unquoted, in any case. */
    public boolean isKeyword(String keyword) {
        return kind == Kind.WORD && foldsTo(text, keyword);
    }

    /** Tells whether this is the given operator, bracket or punctuation. */
    public boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }

    /** Tells whether this can be a name: a word, reserved or not, or a quoted identifier. */
    public boolean isIdentifier() {
        return kind == Kind.WORD || kind == Kind.QUOTED_IDENTIFIER;
    }

    /** Returns the name without its quotes; for tokens that {@link #isIdentifier()}. */
    public String identifier() {
        if (kind == Kind.QUOTED_IDENTIFIER) {
            return text.substring(1, text.length() - 1).replace("\"\"", "\"");
        }
        if (kind == Kind.WORD) {
            return text;
        }
        throw new IllegalStateException("not an identifier: " + text);
    }

    /** Returns what a string literal stands for; for tokens of kind {@link Kind#STRING}. */
    public String stringValue() {
        if (kind != Kind.STRING) {
            throw new IllegalStateException("not a string: " + text);
        }
        return StringLiteral.value(text);
    }

    /** Folds case as DuckDB does, in ASCII only: other letters differ from each other, however alike they look. */
    static boolean foldsTo(String left, String right) {
        return lower(left).equals(lower(right));
    }

    /** Returns the name with ASCII letters in lower case, which is how DuckDB compares names. */
    static String lower(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 0x80) {
                return lowerAscii(name);
            }
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private static String lowerAscii(String name) {
        StringBuilder folded = new StringBuilder(name);
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                folded.setCharAt(i, (char) (c + 32));
            }
        }
        return folded.toString();
    }
}
