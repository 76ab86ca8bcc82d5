package dev.eider.catalog;

import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.CommitOutcome.Rejected;
import dev.eider.catalog.CommitOutcome.Unknown;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;

/**
 * The only place that makes a change current. Changes to one table take turns; different tables do not wait for each
 * other.
 *
 * <p>Thread-safe. Every file that a change refers to must be durable before it is handed in; files of a rejected change
 * belong to the caller again, those of an unknown one must be kept.
 */
public final class SnapshotCommitter {
    private static final String MARK = "eider.commit-id";
    private static final int ATTEMPTS = 20;
    /** Iceberg polls with a sleep of 10 ms whenever it hands a manifest to a pool. */
    private static final ExecutorService DIRECT = new DirectExecutor();

    private static final List<ReentrantLock> TURNS =
            IntStream.range(0, 256).mapToObj(i -> new ReentrantLock(true)).toList();

    private final TableCatalog catalog;

    SnapshotCommitter(TableCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Adds data files to a table; creates the table in the same commit if it is staged and still missing.
     *
     * @param target the table that the files were written for
     * @param files durable data files; none makes no snapshot, and creates a staged table empty
     */
    public CommitOutcome append(CommitId id, TableState target, List<DataFile> files) {
        return inTurn(target.identifier(), id, target, () -> {
            TableOperations operations = operations(target);
            TableMetadata current = operations.current();
            if (current == null) {
                create(operations, id, target, files);
            } else {
                requireSameShape(target, current);
                if (!files.isEmpty()) {
                    add(new BaseTable(operations, target.identifier().toString()).newFastAppend(), id, files);
                }
            }
            return operations;
        });
    }

    /** Creates a staged table without rows; refused if the name is taken. */
    public CommitOutcome create(CommitId id, TableState staged) {
        return inTurn(staged.identifier(), id, staged, () -> {
            catalog.createIfMissing(staged.identifier().namespace());
            requireFree(staged.identifier());
            TableOperations operations = catalog.operations(staged.identifier());
            create(operations, id, staged, List.of());
            return operations;
        });
    }

    /**
     * Removes a table from the catalog. Its files stay, because running reads may need them.
     *
     * @return whether there was such a table
     */
    public boolean drop(TableIdentifier name) {
        return catalog.find(name)
                .map(state -> {
                    ReentrantLock turn = turn(state.identifier());
                    turn.lock();
                    try {
                        return catalog.dropTable(state.identifier(), false);
                    } finally {
                        turn.unlock();
                    }
                })
                .orElse(false);
    }

    private static ReentrantLock turn(TableIdentifier name) {
        return TURNS.get(Math.floorMod(TableNames.folded(name).hashCode(), TURNS.size()));
    }

    private CommitOutcome inTurn(
            TableIdentifier name, CommitId id, TableState target, Supplier<TableOperations> change) {
        long asked = System.nanoTime();
        ReentrantLock turn = turn(name);
        turn.lock();
        try {
            long started = System.nanoTime();
            Duration queued = Duration.ofNanos(started - asked);
            CommitOutcome outcome = carryOut(id, target, change);
            return outcome instanceof Committed committed
                    ? committed.timed(queued, Duration.ofNanos(System.nanoTime() - started))
                    : outcome;
        } finally {
            turn.unlock();
        }
    }

    /** Only errors that Iceberg throws before the swap, or instead of it, prove that the change is not in. */
    private CommitOutcome carryOut(CommitId id, TableState target, Supplier<TableOperations> change) {
        TableIdentifier name = target.identifier();
        try {
            TableOperations after = attempt(change);
            return committed(marked(after.current(), id));
        } catch (AlreadyExistsException e) {
            return new Rejected(
                    new EiderException(ErrorCode.ALREADY_EXISTS, "Table %s exists already".formatted(name), e));
        } catch (CommitFailedException | ValidationException e) {
            return new Rejected(new EiderException(
                    ErrorCode.COMMIT_CONFLICT,
                    "Table %s kept changing, the commit was given up after %d attempts".formatted(name, ATTEMPTS),
                    e));
        } catch (EiderException e) {
            return settle(id, target, e, e);
        } catch (RuntimeIOException | NotFoundException e) {
            EiderException reason = new EiderException(
                    ErrorCode.STORAGE_FAILED, "The metadata of table %s cannot be written".formatted(name), e);
            return settle(id, target, e, reason);
        } catch (RuntimeException e) {
            return settle(id, target, e, null);
        }
    }

    private static TableOperations attempt(Supplier<TableOperations> change) {
        for (int attempt = 1; ; attempt++) {
            try {
                return change.get();
            } catch (CommitFailedException | AlreadyExistsException e) {
                // The next attempt sees what another process has done meanwhile, and says so.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * Finds out by a look at the table what became of a change that failed in between: files are also read and removed
     * after the swap.
     *
     * @param rejection what to report if the change is not in; none if the database may still apply it
     */
    private CommitOutcome settle(
            CommitId id, TableState target, RuntimeException failure, @Nullable EiderException rejection) {
        try {
            Optional<TableState> now = catalog.find(target.identifier());
            Optional<Snapshot> snapshot = now.flatMap(state -> marked(state.metadata(), id));
            boolean created = target.staged()
                    && now.isPresent()
                    && now.get().metadata().uuid().equals(target.metadata().uuid())
                    && now.get().metadata().snapshots().isEmpty();
            if (snapshot.isPresent() || created) {
                return committed(snapshot);
            }
            if (rejection != null) {
                return new Rejected(rejection);
            }
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        return new Unknown(new EiderException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The catalog failed while committing to %s: the change may or may not be in, its files are kept"
                        .formatted(target.identifier()),
                failure));
    }

    private static Committed committed(Optional<Snapshot> snapshot) {
        return new Committed(
                snapshot.map(Snapshot::snapshotId).map(OptionalLong::of).orElse(OptionalLong.empty()),
                snapshot.map(Snapshot::sequenceNumber).orElse(0L),
                false,
                Duration.ZERO,
                Duration.ZERO);
    }

    private TableOperations operations(TableState target) {
        if (target.staged()) {
            catalog.createIfMissing(target.identifier().namespace());
            return catalog.find(target.identifier())
                    .map(state -> catalog.operations(state.identifier()))
                    .map(SnapshotCommitter::refreshed)
                    .orElseGet(() -> refreshed(catalog.operations(target.identifier())));
        }
        TableOperations operations = refreshed(catalog.operations(target.identifier()));
        if (operations.current() == null) {
            throw TableCatalog.notFound(target.identifier());
        }
        return operations;
    }

    private static TableOperations refreshed(TableOperations operations) {
        operations.refresh();
        return operations;
    }

    private void requireFree(TableIdentifier name) {
        catalog.find(name).ifPresent(state -> {
            throw new EiderException(ErrorCode.ALREADY_EXISTS, "Table %s exists already".formatted(state.identifier()));
        });
    }

    private static void requireSameShape(TableState target, TableMetadata current) {
        if (target.staged() && !target.metadata().uuid().equals(current.uuid())) {
            throw new EiderException(
                    ErrorCode.COMMIT_CONFLICT,
                    "Table %s was created by another writer meanwhile: send the rows again"
                            .formatted(target.identifier()));
        }
        if (!target.metadata().uuid().equals(current.uuid())) {
            throw new EiderException(
                    ErrorCode.COMMIT_CONFLICT,
                    "Table %s was replaced by another of the same name meanwhile: send the rows again"
                            .formatted(target.identifier()));
        }
        if (target.metadata().currentSchemaId() != current.currentSchemaId()
                || target.metadata().defaultSpecId() != current.defaultSpecId()) {
            throw new EiderException(
                    ErrorCode.COMMIT_CONFLICT,
                    "The columns or partitions of table %s changed meanwhile: send the rows again"
                            .formatted(target.identifier()));
        }
    }

    private static void create(TableOperations operations, CommitId id, TableState staged, List<DataFile> files) {
        Transaction transaction =
                Transactions.createTableTransaction(staged.identifier().toString(), operations, staged.metadata());
        if (!files.isEmpty()) {
            add(transaction.newFastAppend(), id, files);
        }
        transaction.commitTransaction();
    }

    private static void add(AppendFiles append, CommitId id, List<DataFile> files) {
        append.scanManifestsWith(DIRECT).writeManifestsWith(DIRECT, 1);
        append.set(MARK, id.mark().toString());
        files.forEach(append::appendFile);
        append.commit();
    }

    private static Optional<Snapshot> marked(TableMetadata metadata, CommitId id) {
        List<Snapshot> snapshots = metadata.snapshots();
        for (int i = snapshots.size() - 1; i >= 0; i--) {
            if (id.mark().toString().equals(snapshots.get(i).summary().get(MARK))) {
                return Optional.of(snapshots.get(i));
            }
        }
        return Optional.empty();
    }
}
