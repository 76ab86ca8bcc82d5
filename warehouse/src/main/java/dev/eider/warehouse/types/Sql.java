package dev.eider.warehouse.types;

/** Quotes what is spliced into SQL text. */
final class Sql {
    private Sql() {}

    /** Returns {@code text} as a quoted identifier. */
    static String name(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    /** Returns {@code text} as a string literal. */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** Returns {@code value} converted to exactly {@code type}. */
    static String cast(String value, String type) {
        return "CAST(" + value + " AS " + type + ")";
    }
}
