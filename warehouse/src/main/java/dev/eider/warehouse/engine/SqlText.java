package dev.eider.warehouse.engine;

/** Writes names, strings and paths into SQL text so that they mean themselves, whatever they contain. */
public final class SqlText {
    private SqlText() {}

    /** Returns a quoted identifier: {@code a"b} becomes {@code "a""b"}. */
    public static String quoteIdentifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Returns a string literal: {@code it's} becomes {@code 'it''s'}. */
    public static String quoteLiteral(String value) {
        return '\'' + value.replace("'", "''") + '\'';
    }

    /**
     * Returns a path that readers such as {@code read_parquet} take literally, although they expand patterns.
     *
     * <p>Not for {@code COPY … TO}, which takes its path as it is. The result is not quoted.
     */
    public static String globEscaped(String path) {
        StringBuilder escaped = new StringBuilder(path.length() + 8);
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '*' || c == '?' || c == '[') {
                escaped.append('[').append(c).append(']');
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
