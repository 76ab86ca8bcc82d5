package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;

/**
 * Turns Unicode's blanks between tokens into plain ones, so that DuckDB does not do it itself, which moves its offsets.
 *
 * <p>DuckDB looks for such blanks without knowing comments and escapes, so what comments of such a text say is blanked as well.
 * Stateless.
 */
final class PlainBlanks {
    private PlainBlanks() {}

    /** Returns a text of the same length that means the same. */
    static String in(String sql) {
        requireEncodable(sql);
        if (sql.chars().noneMatch(c -> SqlLexer.isUnicodeBlank((char) c))) {
            return sql;
        }
        StringBuilder plain = new StringBuilder(sql.length());
        sql.chars().forEach(c -> plain.append(c == '\n' || c == '\r' ? (char) c : ' '));
        for (SqlToken token : SqlLexer.tokens(sql)) {
            if (token.kind() == SqlToken.Kind.COMMENT) {
                keepApart(token, plain);
                continue;
            }
            if (token.text().contains("\\'") && token.kind() == SqlToken.Kind.STRING) {
                throw new EiderException(
                        ErrorCode.INVALID_SQL,
                        "A text with \\' in a string cannot hold Unicode's blanks; write '' instead");
            }
            boolean dollars = token.kind() == SqlToken.Kind.STRING
                    ? token.text().startsWith("$")
                    : token.kind() == SqlToken.Kind.WORD && token.text().contains("$");
            if (dollars) {
                throw new EiderException(
                        ErrorCode.INVALID_SQL,
                        "A text with $ in a name, or around a string, cannot hold Unicode's blanks; quote it otherwise");
            }
            if (token.kind() == SqlToken.Kind.STRING && goesOn(token.text())) {
                throw new EiderException(
                        ErrorCode.INVALID_SQL,
                        "A text with a string that goes on behind a line break cannot hold Unicode's blanks");
            }
            plain.replace(token.start(), token.end(), token.text());
        }
        return plain.toString();
    }

    /** Without line breaks, the parts of such a string are strings of their own. */
    private static boolean goesOn(String string) {
        return SqlLexer.tokens(string.replace('\n', ' ').replace('\r', ' ')).size() > 1;
    }

    /** Between two strings, blanks in the place of a block comment would join them. */
    private static void keepApart(SqlToken comment, StringBuilder plain) {
        if (comment.text().startsWith("/*")) {
            plain.replace(comment.start(), comment.start() + 2, "/*");
            plain.replace(comment.end() - 2, comment.end(), "*/");
        }
    }

    private static void requireEncodable(String sql) {
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            boolean pair =
                    Character.isHighSurrogate(c) && i + 1 < sql.length() && Character.isLowSurrogate(sql.charAt(i + 1));
            if (c == 0 || (Character.isSurrogate(c) && !pair)) {
                throw new EiderException(
                        ErrorCode.INVALID_SQL,
                        "The statement holds a character that is not text (" + TextPosition.of(sql, i) + ")");
            }
            if (pair) {
                i++;
            }
        }
    }
}
