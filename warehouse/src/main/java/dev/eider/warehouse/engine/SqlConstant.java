package dev.eider.warehouse.engine;

/**
 * A constant in a statement, with the type that the statement gives it. Immutable.
 *
 * @param text as it was written within the quotes, or a number's digits
 */
public record SqlConstant(Kind kind, String text) {

    /** The types of constants that conditions are read with. */
    public enum Kind {
        /** A quoted text without a type: it takes that of what it is compared with. */
        LITERAL,
        /** A text that was cast to VARCHAR: what it is compared with becomes a text. */
        VARCHAR,
        /** A whole number of any width. */
        INTEGER,
        /** A number with decimal places. */
        DECIMAL,
        /** A floating-point number. */
        DOUBLE,
        /** True or false. */
        BOOLEAN,
        /** A day. */
        DATE,
        /** A time of day. */
        TIME,
        /** A moment without a time zone. */
        TIMESTAMP,
        /** A moment on the time line; in UTC where its text names no zone. */
        TIMESTAMP_WITH_TIME_ZONE,
        /** A UUID. */
        UUID
    }
}
