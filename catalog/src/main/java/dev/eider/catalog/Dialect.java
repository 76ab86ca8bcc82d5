package dev.eider.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/** What differs between the databases that can hold a catalog. */
enum Dialect {
    SQLITE("", "lower(%s)"),
    POSTGRESQL(" FOR UPDATE", "lower(%s COLLATE \"C\")");

    private static final String SQLITE_URI = "jdbc:sqlite:";
    private static final int SQLITE_BUSY = 5;
    private static final int SQLITE_LOCKED = 6;
    private static final int SQLITE_CONSTRAINT = 19;

    private final String lock;
    private final String folded;

    Dialect(String lock, String folded) {
        this.lock = lock;
        this.folded = folded;
    }

    static boolean isSqlite(String uri) {
        return uri.contains(SQLITE_URI);
    }

    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
        return switch (product) {
            case "sqlite" -> SQLITE;
            case "postgresql" -> POSTGRESQL;
            default -> throw new SQLException("Eider keeps its catalog in SQLite or PostgreSQL, not in " + product);
        };
    }

    /** Returns what makes a SELECT wait for, and hold off, other writers of its rows; SQLite's transactions do anyway. */
    String lock() {
        return lock;
    }

    /**
     * Returns a column in the form of {@link TableNames#folded}, whatever the database's locale takes for a capital:
     * PostgreSQL's collation {@code C} knows only ASCII letters, as SQLite does.
     */
    String foldedAscii(String column) {
        return folded.formatted(column);
    }

    /** Returns whether a row was refused because its key is taken. */
    boolean isDuplicate(SQLException e) {
        return this == SQLITE ? (e.getErrorCode() & 0xff) == SQLITE_CONSTRAINT : "23505".equals(e.getSQLState());
    }

    /** Returns whether others were in the way, so that the same transaction may succeed later. */
    boolean isCollision(SQLException e) {
        if (this == SQLITE) {
            int code = e.getErrorCode() & 0xff;
            return code == SQLITE_BUSY || code == SQLITE_LOCKED;
        }
        return "40001".equals(e.getSQLState()) || "40P01".equals(e.getSQLState()) || "55P03".equals(e.getSQLState());
    }
}
