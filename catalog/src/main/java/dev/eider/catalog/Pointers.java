package dev.eider.catalog;

import dev.eider.catalog.CatalogDatabase.InDoubtException;
import dev.eider.catalog.PointerChange.KeyedAppend;
import dev.eider.catalog.PointerChange.Kind;
import dev.eider.catalog.PointerChange.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the JDBC catalog: which metadata file is current. Changes them by compare-and-swap, each in one
 * transaction with its row in the commit log, its idempotency keys and the file that it replaces.
 *
 * <p>A database may lose the reply to a commit, and may even apply it later. So a doubtful attempt is made again with
 * the same mark until the truth is known: both swap from the same pointer, so at most one can win, and the mark tells
 * that it did. Thread-safe.
 */
final class Pointers {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final CatalogDatabase database;
    private final String catalogName;
    private final Duration patience;

    /**
     * Creates the only way to change pointers.
     *
     * @param patience how long to find out what became of a change, or to wait for a busy database
     */
    Pointers(CatalogDatabase database, String catalogName, Duration patience) {
        this.database = database;
        this.catalogName = catalogName;
        this.patience = patience;
    }

    /** What became of a transaction. */
    sealed interface Result {
        /** It is in. */
        record Applied() implements Result {}

        /** It is not in and never will be: the pointer is another by now, or the name is taken. */
        record Moved() implements Result {}

        /** It is not in and never will be: another append took these keys. */
        record KeysTaken(List<LedgerEntry> entries) implements Result {}

        /** It is not in and never will be: these leases have ended. */
        record LeasesEnded(List<String> holders) implements Result {}

        /** It is not in and never will be: the database refused it. */
        record Refused(EiderException reason) implements Result {}

        /** Nobody knows. */
        record InDoubt(SQLException reason) implements Result {}
    }

    /** Carries a change out, or finds out that it cannot be. */
    Result apply(Transaction change) {
        long giveUp = System.nanoTime() + patience.toNanos();
        Duration pause = FIRST_PAUSE;
        @Nullable SQLException doubt = null;
        while (true) {
            try {
                boolean look = doubt != null;
                return database.transact(connection -> attempt(connection, change, look));
            } catch (InDoubtException e) {
                doubt = e;
            } catch (SQLException e) {
                if (database.dialect().isDuplicate(e)) {
                    Optional<Result> settled = settleDuplicate(change);
                    if (settled.isPresent()) {
                        return settled.get();
                    }
                } else if (doubt == null && !mayPass(e)) {
                    return new Result.Refused(CatalogDatabase.failed("change", e));
                }
                if (System.nanoTime() - giveUp > 0) {
                    return doubt == null ? new Result.Refused(overloaded(e)) : new Result.InDoubt(doubt);
                }
            } catch (RuntimeException e) {
                if (doubt == null) {
                    throw e;
                }
                doubt.addSuppressed(e);
            }
            if (doubt != null && System.nanoTime() - giveUp > 0) {
                return new Result.InDoubt(doubt);
            }
            pause = rest(pause);
        }
    }

    /** A transaction that ended before it was told to commit is gone: what broke it may be over soon. */
    private boolean mayPass(SQLException e) {
        return database.dialect().isCollision(e)
                || (e.getSQLState() != null
                        && (e.getSQLState().startsWith("08")
                                || e.getSQLState().startsWith("57P")
                                || e.getSQLState().startsWith("53")));
    }

    private static EiderException overloaded(SQLException e) {
        return new EiderException(
                ErrorCode.OVERLOADED, "The catalog database stayed busy or unreachable: " + e.getMessage(), e);
    }

    private static Duration rest(Duration pause) {
        boolean interrupted = false;
        long end = System.nanoTime() + pause.toNanos();
        for (long left = pause.toNanos(); left > 0; left = end - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.sleep(left);
            } catch (InterruptedException e) {
                // Whether the change is in must be found out all the same.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private Result attempt(Connection connection, Transaction change, boolean look) throws SQLException {
        if (look && CommitLog.contains(connection, change.id())) {
            return new Result.Applied();
        }
        List<String> ended = ended(connection, change);
        if (!ended.isEmpty()) {
            if (look) {
                // An earlier attempt may be applied yet.
                throw new InDoubtException(new SQLException("The lease of a write has ended"));
            }
            connection.rollback();
            return new Result.LeasesEnded(ended);
        }
        for (PointerChange pointer : change.pointer()) {
            if (pointer.apply(connection, catalogName) == 0) {
                connection.rollback();
                return CommitLog.contains(connection, change.id()) ? new Result.Applied() : new Result.Moved();
            }
        }
        for (CommitLog.Row row : change.log().rows()) {
            CommitLog.insert(connection, row);
        }
        if (change.log().leapt().isPresent()) {
            CommitLog.observe(connection, change.log().leapt().get());
        }
        for (KeyedAppend keyed : change.keys()) {
            Ledger.insert(connection, keyed.tableUuid(), keyed.branch(), keyed.entry());
        }
        for (RetiredFile file : change.retired()) {
            RetiredFiles.insert(connection, file);
        }
        return new Result.Applied();
    }

    private List<String> ended(Connection connection, Transaction change) throws SQLException {
        List<String> ended = new ArrayList<>();
        for (String lease : change.leases()) {
            if (!RetiredFiles.holdsWrite(connection, lease, database.dialect().lock())) {
                ended.add(lease);
            }
        }
        return ended;
    }

    /** A key of ours exists: our own from an attempt in doubt, a caller's, or the name of a table. */
    private Optional<Result> settleDuplicate(Transaction change) {
        try {
            return Optional.of(database.run(connection -> {
                if (CommitLog.contains(connection, change.id())) {
                    return new Result.Applied();
                }
                List<LedgerEntry> taken = new ArrayList<>();
                for (KeyedAppend keyed : change.keys()) {
                    taken.addAll(Ledger.find(
                            connection,
                            keyed.tableUuid(),
                            keyed.branch(),
                            List.of(keyed.entry().key().key())));
                }
                return taken.isEmpty() ? new Result.Moved() : new Result.KeysTaken(taken);
            }));
        } catch (SQLException unreachable) {
            // Not known yet: the next attempt collides, or looks, again.
            return Optional.empty();
        }
    }

    /** Returns where a table's or view's current metadata is. */
    Optional<String> location(Kind kind, TableIdentifier name) {
        return database.read(connection -> location(connection, kind, name, ""));
    }

    private Optional<String> location(Connection connection, Kind kind, TableIdentifier name, String lock)
            throws SQLException {
        return SqlRows.select(
                        connection,
                        row -> row.getString(1),
                        "SELECT metadata_location FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ?"
                                + " AND table_name = ? AND " + kind.condition() + lock,
                        catalogName,
                        name.namespace().toString(),
                        name.name())
                .stream()
                .findFirst();
    }

    /**
     * Does something to the commit log while a table's pointer stays what it is.
     *
     * @return whether the pointer was what it was taken for
     */
    boolean whileCurrent(TableIdentifier name, String location, ConnectionWork work) throws SQLException {
        return database.transact(connection -> {
            boolean current = location(
                            connection, Kind.TABLE, name, database.dialect().lock())
                    .filter(location::equals)
                    .isPresent();
            if (current) {
                work.run(connection);
            }
            return current;
        });
    }

    /** What is done on a connection for its effect. */
    @FunctionalInterface
    interface ConnectionWork {
        void run(Connection connection) throws SQLException;
    }

    /** Returns the pointers of the tables that meet a condition, ordered by name. */
    List<TablePointer> tables(String condition, List<String> parameters) {
        List<Object> all = new ArrayList<>(List.of(catalogName));
        all.addAll(parameters);
        return database.read(connection -> SqlRows.select(
                connection,
                row -> new TablePointer(
                        TableIdentifier.of(Namespace.of(row.getString(1).split("\\.", -1)), row.getString(2)),
                        row.getString(3)),
                "SELECT table_namespace, table_name, metadata_location FROM iceberg_tables WHERE catalog_name = ? AND "
                        + Kind.TABLE.condition() + condition + " ORDER BY table_namespace, table_name",
                all.toArray()));
    }

    /** Returns all tables and views, under whatever catalog name they are. */
    List<Registration> registrations() {
        return database.read(connection -> SqlRows.select(
                connection,
                row -> new Registration(
                        row.getString(1),
                        TableIdentifier.of(Namespace.of(row.getString(2).split("\\.", -1)), row.getString(3)),
                        row.getString(4)),
                "SELECT catalog_name, table_namespace, table_name, metadata_location FROM iceberg_tables"
                        + " WHERE metadata_location IS NOT NULL"));
    }
}
