package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks over the significant tokens of one SQL text, for front ends that read a statement from left to right.
 *
 * <p>Confined to one thread. What does not fit is INVALID_SQL with the place where it stands.
 */
public final class SqlCursor {
    private final String sql;
    private final List<SqlToken> tokens;
    private int index;

    /** Starts at the first token of the text. */
    public SqlCursor(String sql) {
        this.sql = sql;
        List<SqlToken> all = new ArrayList<>(SqlLexer.significant(sql));
        all.add(new SqlToken(SqlToken.Kind.END, "", sql.length(), sql.length()));
        this.tokens = List.copyOf(all);
    }

    /** Returns the current token, of kind END behind the last one. */
    public SqlToken peek() {
        return tokens.get(index);
    }

    /** Returns the token that many places ahead; 0 is the current one. */
    public SqlToken peek(int ahead) {
        return tokens.get(Math.min(index + ahead, tokens.size() - 1));
    }

    /** Returns the current token and moves behind it. */
    public SqlToken next() {
        SqlToken token = peek();
        if (token.kind() != SqlToken.Kind.END) {
            index++;
        }
        return token;
    }

    /** Tells whether every token was taken. */
    public boolean atEnd() {
        return peek().kind() == SqlToken.Kind.END;
    }

    /** Tells whether the keywords stand here, one after the other. */
    public boolean at(String... keywords) {
        for (int i = 0; i < keywords.length; i++) {
            if (!peek(i).isKeyword(keywords[i])) {
                return false;
            }
        }
        return true;
    }

    /** Moves behind the keywords if all of them stand here, one after the other; else stays. */
    public boolean accept(String... keywords) {
        if (!at(keywords)) {
            return false;
        }
        index += keywords.length;
        return true;
    }

    /** Moves behind the symbol if it stands here. */
    public boolean acceptSymbol(String symbol) {
        if (!peek().isSymbol(symbol)) {
            return false;
        }
        index++;
        return true;
    }

    /** Moves behind the keywords. */
    public void expect(String... keywords) {
        if (!accept(keywords)) {
            throw expected(String.join(" ", keywords));
        }
    }

    /** Moves behind the symbol. */
    public void expectSymbol(String symbol) {
        if (!acceptSymbol(symbol)) {
            throw expected("\"" + symbol + "\"");
        }
    }

    /** Takes one name and returns it without quotes; {@code what} names it in the error. */
    public String identifier(String what) {
        if (!peek().isIdentifier()) {
            throw expected(what);
        }
        return next().identifier();
    }

    /** Takes a name of parts that are joined by dots; {@code what} names it in the error. */
    public List<String> path(String what) {
        List<String> parts = new ArrayList<>();
        do {
            parts.add(identifier(what));
        } while (acceptSymbol("."));
        return List.copyOf(parts);
    }

    /** Takes a group in parentheses and returns the text between them as it was written. */
    public String parenthesised() {
        int open = index;
        expectSymbol("(");
        int close = Brackets.closing(tokens, open);
        if (close < 0) {
            throw expected("\")\"");
        }
        index = close + 1;
        return sql.substring(tokens.get(open).end(), tokens.get(close).start());
    }

    /** Fails unless every token was taken. */
    public void expectEnd() {
        if (!atEnd()) {
            throw expected("the end of the statement");
        }
    }

    /** Returns the offset of the current token in the text. */
    public int position() {
        return peek().start();
    }

    /** Returns the text from the current token to the end, as it was written. */
    public String remaining() {
        return sql.substring(position());
    }

    /** Like the other, behind blanks for what was taken, so that places in it are those of the whole. */
    public String remainingInPlace() {
        StringBuilder blanks = new StringBuilder(sql.length());
        sql.substring(0, position()).chars().forEach(c -> blanks.append(c == '\n' || c == '\r' ? (char) c : ' '));
        return blanks.append(remaining()).toString();
    }

    /** Returns the error that says what should stand here, and what does. */
    public EiderException expected(String what) {
        String found = atEnd() ? "the statement ends" : "found " + abbreviated(peek().text());
        return new EiderException(
                ErrorCode.INVALID_SQL, "Expected " + what + ", but " + found + TextPosition.shown(sql, position()));
    }

    private static String abbreviated(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
