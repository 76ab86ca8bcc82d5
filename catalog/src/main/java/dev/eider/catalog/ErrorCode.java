package dev.eider.catalog;

/**
 * What went wrong, in terms that every protocol can translate and every client can act on.
 *
 * <p>The {@link Kind} says who has to act: the caller changes the request, waits and repeats it, asks what became of
 * it, or reports a fault.
 */
public enum ErrorCode {
    /** The request itself is malformed: a bad name, option, ticket or descriptor. */
    INVALID_REQUEST(Kind.CALLER),
    /** The ticket was good once: ask for another. */
    TICKET_EXPIRED(Kind.CALLER),
    /** The SQL text does not parse, names an unknown column or function, or fails on the data that it reads. */
    INVALID_SQL(Kind.CALLER),
    /** The columns or types sent do not fit the table. */
    SCHEMA_MISMATCH(Kind.CALLER),
    /** A value sent cannot be stored faithfully, or a batch is corrupt. */
    INVALID_DATA(Kind.CALLER),
    /** No such table. */
    TABLE_NOT_FOUND(Kind.CALLER),
    /** No such namespace. */
    NAMESPACE_NOT_FOUND(Kind.CALLER),
    /** The table has no such snapshot, branch or tag, or none that old. */
    VERSION_NOT_FOUND(Kind.CALLER),
    /** Something of that name exists already. */
    ALREADY_EXISTS(Kind.CALLER),
    /** Well formed, but not something that Eider does. */
    UNSUPPORTED(Kind.CALLER),
    /** The statement or location is outside what callers may reach. */
    FORBIDDEN(Kind.CALLER),
    /** The caller did not say who it is, or was not believed. */
    UNAUTHENTICATED(Kind.CALLER),
    /** The caller gave up, or vanished. */
    CANCELLED(Kind.CALLER),
    /** A limit of this server was exceeded by one request. */
    TOO_LARGE(Kind.CALLER),
    /** A setting is unknown or has a bad value. */
    INVALID_CONFIGURATION(Kind.CALLER),

    /** Too much is going on: the same request may succeed later. */
    OVERLOADED(Kind.TRANSIENT),
    /** A time limit passed: an idle stream, a long queue, a slow query. */
    TIMED_OUT(Kind.TRANSIENT),
    /** The table changed under the request in a way that retrying may solve. */
    COMMIT_CONFLICT(Kind.TRANSIENT),
    /** The server is stopping. */
    SHUTTING_DOWN(Kind.TRANSIENT),

    /** Files could not be read or written. */
    STORAGE_FAILED(Kind.INTERNAL),
    /** The catalog database could not be read or written. */
    CATALOG_FAILED(Kind.INTERNAL),
    /** A defect of Eider or of a library. */
    INTERNAL(Kind.INTERNAL),

    /** The change may or may not have happened: its files are kept. */
    OUTCOME_UNKNOWN(Kind.UNKNOWN_OUTCOME);

    /** Who has to act on an error. */
    public enum Kind {
        /** The caller: repeating the same request fails the same way. */
        CALLER,
        /** Nobody: the same request may succeed later. */
        TRANSIENT,
        /** The operator. */
        INTERNAL,
        /** The caller, by asking whether the change is in before repeating it. */
        UNKNOWN_OUTCOME
    }

    private final Kind kind;

    ErrorCode(Kind kind) {
        this.kind = kind;
    }

    /** Returns who has to act. */
    public Kind kind() {
        return kind;
    }
}
