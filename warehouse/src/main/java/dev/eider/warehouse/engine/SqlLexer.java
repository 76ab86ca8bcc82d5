package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts SQL text in DuckDB's dialect into tokens, for front ends that look at the frame of a statement and leave its
 * expressions to DuckDB.
 *
 * <p>Finds the same boundaries as DuckDB for names, strings, numbers and comments; operators are cut only roughly. What
 * it does not know is refused. Confined to one call.
 */
public final class SqlLexer {
    /** Longest text that is read, in characters. */
    static final int MAX_LENGTH = 1_000_000;

    /** DuckDB's time for nested comments grows with the square of their depth. */
    private static final int MAX_COMMENT_DEPTH = 100;

    private static final String OPERATOR_CHARACTERS = "+-*/<>=~!@#%^&|`";
    private static final String PUNCTUATION = ",()[]{}.;:";

    private final String sql;
    private final List<SqlToken> tokens = new ArrayList<>();
    private int position;

    private SqlLexer(String sql) {
        this.sql = sql;
    }

    /** Returns every token, comments included, without a token for the end. */
    public static List<SqlToken> tokens(String sql) {
        if (sql.length() > MAX_LENGTH) {
            throw invalid("The statement has " + sql.length() + " characters; the limit is " + MAX_LENGTH);
        }
        SqlLexer lexer = new SqlLexer(sql);
        lexer.run();
        return List.copyOf(lexer.tokens);
    }

    /** Returns the tokens that are not comments. */
    public static List<SqlToken> significant(String sql) {
        return tokens(sql).stream()
                .filter(token -> token.kind() != SqlToken.Kind.COMMENT)
                .toList();
    }

    /** Tells whether the text holds more than one statement. */
    public static boolean severalStatements(String sql) {
        boolean ended = false;
        boolean begun = false;
        for (SqlToken token : significant(sql)) {
            if (token.isSymbol(";")) {
                ended = begun;
            } else if (ended) {
                return true;
            } else {
                begun = true;
            }
        }
        return false;
    }

    /**
     * Returns the only statement of the text, without what follows it: semicolons, comments and blanks.
     *
     * @throws EiderException INVALID_SQL if there is none or more than one
     */
    public static String statement(String sql) {
        List<SqlToken> tokens = significant(sql);
        int last = tokens.size() - 1;
        while (last >= 0 && tokens.get(last).isSymbol(";")) {
            last--;
        }
        if (last < 0) {
            throw invalid("There is no statement in the text");
        }
        if (severalStatements(sql)) {
            throw invalid("The text holds more than one statement; send them one by one");
        }
        return sql.substring(0, tokens.get(last).end());
    }

    private void run() {
        while (true) {
            while (position < sql.length() && isBlank(sql.charAt(position))) {
                position++;
            }
            if (position == sql.length()) {
                return;
            }
            int start = position;
            SqlToken.Kind kind = read();
            tokens.add(new SqlToken(kind, sql.substring(start, position), start, position));
        }
    }

    private SqlToken.Kind read() {
        char c = sql.charAt(position);
        char next = at(position + 1);
        if (c == '-' && next == '-') {
            return lineComment();
        }
        if (c == '/' && next == '*') {
            return blockComment();
        }
        if (c == '\'') {
            return string(position, Quoting.DOUBLED);
        }
        if (next == '\'' && "eE".indexOf(c) >= 0) {
            return string(position + 1, Quoting.ESCAPED);
        }
        if (next == '\'' && "xXbB".indexOf(c) >= 0) {
            return string(position + 1, Quoting.NONE);
        }
        boolean unicode = next == '&' && "uU".indexOf(c) >= 0 && "'\"".indexOf(at(position + 2)) >= 0;
        if (unicode || (next == '\'' && "nN".indexOf(c) >= 0)) {
            throw invalid("Strings and names as U&'…' and N'…' are not supported; write them without prefix", position);
        }
        if (c == '"') {
            return quotedIdentifier();
        }
        if (c == '$') {
            return dollar();
        }
        if (c == '?') {
            position++;
            skipDigits();
            return SqlToken.Kind.PARAMETER;
        }
        if (isDigit(c) || (c == '.' && isDigit(next))) {
            return number();
        }
        if (isNameStart(c)) {
            skipName();
            return SqlToken.Kind.WORD;
        }
        return symbol(c, next);
    }

    private SqlToken.Kind lineComment() {
        position = endOfLine(position);
        return SqlToken.Kind.COMMENT;
    }

    private int endOfLine(int from) {
        int i = from;
        while (i < sql.length() && !isLineBreak(sql.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean isLineBreak(char c) {
        return c == '\n' || c == '\r';
    }

    private SqlToken.Kind blockComment() {
        int start = position;
        int depth = 0;
        do {
            if (position >= sql.length()) {
                throw unterminated("comment", start);
            }
            if (sql.startsWith("/*", position)) {
                depth++;
                position += 2;
            } else if (sql.startsWith("*/", position)) {
                depth--;
                position += 2;
            } else {
                position++;
            }
            if (depth > MAX_COMMENT_DEPTH) {
                throw invalid("Comments are nested more than " + MAX_COMMENT_DEPTH + " deep");
            }
        } while (depth > 0);
        return SqlToken.Kind.COMMENT;
    }

    /** What a quote within a string can be. */
    private enum Quoting {
        /** {@code 'it''s'}. */
        DOUBLED,
        /** {@code E'it\'s'}, and the other way. */
        ESCAPED,
        /** {@code X'41'}: there is none. */
        NONE
    }

    /** Reads a string, and those behind line breaks that continue it: they keep its kind, whatever they look like. */
    private SqlToken.Kind string(int quote, Quoting quoting) {
        int start = position;
        for (int open = quote; open >= 0; open = continuation()) {
            position = open + 1;
            readQuoted(quoting, start);
        }
        return SqlToken.Kind.STRING;
    }

    private void readQuoted(Quoting quoting, int start) {
        while (position < sql.length()) {
            char c = sql.charAt(position);
            if (c == '\'' && (quoting == Quoting.NONE || at(position + 1) != '\'')) {
                position++;
                return;
            }
            boolean pair = c == '\'' || (c == '\\' && quoting == Quoting.ESCAPED);
            position += pair ? 2 : 1;
        }
        throw unterminated("string", start);
    }

    /** Returns where a string goes on: at a quote behind blanks and comments of which one ends a line; or -1. */
    private int continuation() {
        int i = position;
        boolean newLine = false;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            if (sql.startsWith("--", i)) {
                i = endOfLine(i);
            } else if (isBlank(c)) {
                newLine |= isLineBreak(c);
                i++;
            } else {
                return newLine && c == '\'' ? i : -1;
            }
        }
        return -1;
    }

    private SqlToken.Kind quotedIdentifier() {
        int start = position++;
        while (position < sql.length()) {
            if (sql.charAt(position) != '"') {
                position++;
            } else if (at(position + 1) == '"') {
                position += 2;
            } else {
                position++;
                return SqlToken.Kind.QUOTED_IDENTIFIER;
            }
        }
        throw unterminated("quoted name", start);
    }

    private SqlToken.Kind dollar() {
        int start = position++;
        if (isNameStart(at(position))) {
            while (isNameStart(at(position)) || isDigit(at(position))) {
                position++;
            }
        } else if (isDigit(at(position))) {
            skipDigits();
            return SqlToken.Kind.PARAMETER;
        }
        if (at(position) != '$') {
            if (position == start + 1) {
                throw invalid("The character $ has no meaning here", start);
            }
            return SqlToken.Kind.PARAMETER;
        }
        String tag = sql.substring(start, position + 1);
        int end = sql.indexOf(tag, position + 1);
        if (end < 0) {
            throw unterminated("string", start);
        }
        position = end + tag.length();
        return SqlToken.Kind.STRING;
    }

    private SqlToken.Kind number() {
        int start = position;
        skipDigits();
        if (at(position) == '.' && at(position + 1) != '.') {
            position++;
            skipDigits();
        }
        char exponent = at(position);
        char sign = at(position + 1);
        boolean signed = (sign == '+' || sign == '-') && isDigit(at(position + 2));
        if ((exponent == 'e' || exponent == 'E') && (signed || isDigit(sign))) {
            position += 2;
            skipDigits();
        }
        if (isNameStart(at(position))) {
            // DuckDB reads 0xFF as 0 under the name xFF, and 1e as a floating-point number under the name e.
            throw invalid("A letter stands right behind the number " + sql.substring(start, position), start);
        }
        return SqlToken.Kind.NUMBER;
    }

    private SqlToken.Kind symbol(char c, char next) {
        int start = position++;
        if (c == ':' && (next == ':' || next == '=')) {
            position++;
        } else if (PUNCTUATION.indexOf(c) >= 0) {
            return SqlToken.Kind.SYMBOL;
        } else if (OPERATOR_CHARACTERS.indexOf(c) < 0) {
            throw invalid(
                    "The character %s has no meaning here".formatted(c < ' ' ? "U+%04X".formatted((int) c) : c), start);
        } else {
            while (OPERATOR_CHARACTERS.indexOf(at(position)) >= 0
                    && !sql.startsWith("--", position)
                    && !sql.startsWith("/*", position)) {
                position++;
            }
            trimSigns(start);
        }
        return SqlToken.Kind.SYMBOL;
    }

    /** Gives the sign of an operand back: {@code =-1} is {@code =} and {@code -1}. */
    private void trimSigns(int start) {
        for (int i = start; i < position; i++) {
            if ("~!@#%^&|`".indexOf(sql.charAt(i)) >= 0) {
                return;
            }
        }
        while (position > start + 1 && "+-".indexOf(sql.charAt(position - 1)) >= 0) {
            position--;
        }
    }

    private void skipDigits() {
        while (isDigit(at(position))
                || (at(position) == '_' && isDigit(at(position + 1)) && isDigit(at(position - 1)))) {
            position++;
        }
    }

    private void skipName() {
        while (isNameStart(at(position)) || isDigit(at(position)) || at(position) == '$') {
            position++;
        }
    }

    private char at(int index) {
        return index < sql.length() ? sql.charAt(index) : '\0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(char c) {
        return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0x80 && !isUnicodeBlank(c));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r') || isUnicodeBlank(c);
    }

    /** Tells whether DuckDB turns the character into a space before it reads the text. */
    static boolean isUnicodeBlank(char c) {
        return c == 0xA0
                || (c >= 0x2000 && c <= 0x200D)
                || c == 0x202F
                || c == 0x205F
                || c == 0x2060
                || c == 0x3000
                || c == 0xFEFF;
    }

    private EiderException unterminated(String what, int start) {
        return invalid("The " + what + " is not terminated", start);
    }

    private EiderException invalid(String message, int at) {
        return invalid(message + TextPosition.shown(sql, at));
    }

    private static EiderException invalid(String message) {
        return new EiderException(ErrorCode.INVALID_SQL, message);
    }
}
