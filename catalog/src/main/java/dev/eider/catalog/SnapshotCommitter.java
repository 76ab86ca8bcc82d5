package dev.eider.catalog;

import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.CommitOutcome.Rejected;
import dev.eider.catalog.CommitOutcome.Unknown;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * The only place that makes a change current. All changes of one table that arrive while a commit of it is under way are
 * committed together, in the order they came; different tables do not wait for each other.
 *
 * <p>Thread-safe. Every file that a change refers to must be durable before it is handed in; files of a change that is
 * not in belong to the caller again, those of an unknown one must be kept.
 */
public final class SnapshotCommitter {
    /** How long a change waits for its turn unless its caller says otherwise. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final int MOST_WAITING = 4096;
    private static final int MOST_TOGETHER = 1024;
    /** Committers that nobody waits for: each knows its table's last metadata, as the cache of metadata files does. */
    private static final int MOST_IDLE = 64;

    private final Executor workers;
    private final Supplier<TableCommitter> committers;
    private final LiveQueues<String, TableRequest, CommitOutcome> tables =
            new LiveQueues<>(name -> newQueue(), MOST_IDLE);

    SnapshotCommitter(Executor workers, Supplier<TableCommitter> committers) {
        this.workers = workers;
        this.committers = committers;
    }

    /**
     * Adds data files to a branch of a table, all or none; creates the table in the same commit if it is staged and
     * still missing.
     *
     * @param target the table that the files were written for
     * @param branch an existing branch
     * @param files durable data files; none makes no snapshot, and creates a staged table empty
     * @param keys idempotency keys of the appends whose rows are in the files
     * @param patience how long to wait for the commit to begin
     */
    public CommitOutcome append(
            TableState target, String branch, List<DataFile> files, List<IdempotencyKey> keys, Duration patience) {
        return submit(new TableRequest.Append(target, branch, files, keys, Optional.empty()), patience);
    }

    /**
     * Adds data files like the other, which were written since a lease began.
     *
     * @param lease taken before the first file was written
     */
    public CommitOutcome append(
            TableState target,
            String branch,
            List<DataFile> files,
            List<IdempotencyKey> keys,
            WriteLeases.Lease lease,
            Duration patience) {
        return submit(new TableRequest.Append(target, branch, files, keys, Optional.of(lease)), patience);
    }

    /** Creates a staged table without rows; refused if the name is taken. */
    public CommitOutcome create(TableState staged) {
        return submit(new TableRequest.Create(staged), PATIENCE);
    }

    /**
     * Changes a table by Iceberg's own operations, in its turn among the other changes.
     *
     * @param target the table as the caller knew it; a table of the same name that replaced it is left alone
     * @param edit runs on the table as it is when the turn comes, perhaps several times
     */
    public CommitOutcome edit(TableState target, Consumer<Table> edit) {
        return submit(new TableRequest.Edit(target, edit), PATIENCE);
    }

    /**
     * Removes a table from the catalog. Its files are retired later, because running reads may need them.
     *
     * @param name as the catalog spells it
     * @return whether there was such a table
     */
    public boolean drop(TableIdentifier name) {
        CommitOutcome outcome = submit(new TableRequest.Drop(name), PATIENCE);
        if (outcome instanceof Rejected rejected && rejected.reason().code() == ErrorCode.TABLE_NOT_FOUND) {
            return false;
        }
        outcome.orThrow();
        return true;
    }

    /** Returns a queue for work that leads to commits, on this committer's threads. */
    public <T, R> GroupQueue<T, R> group(GroupQueue.Limits<T> limits, GroupQueue.Work<T, R> work) {
        return new GroupQueue<>(workers, limits, work);
    }

    private CommitOutcome submit(TableRequest request, Duration patience) {
        long asked = System.nanoTime();
        CommitOutcome outcome;
        try {
            outcome = tables.submit(TableNames.folded(request.name()), request, patience);
        } catch (EiderException e) {
            return e.code() == ErrorCode.INTERNAL ? unknown(request, e) : new Rejected(e);
        }
        if (outcome instanceof Committed in) {
            Duration queued = Duration.ofNanos(System.nanoTime() - asked).minus(in.committed());
            return new Committed(in.snapshotId(), in.sequenceNumber(), in.groupSize(), queued, in.committed());
        }
        return outcome;
    }

    /** The group ended in the midst of its work, for want of memory, say: it may or may not have swapped the pointer. */
    private static Unknown unknown(TableRequest request, EiderException failure) {
        return new Unknown(new EiderException(
                ErrorCode.OUTCOME_UNKNOWN,
                "Committing to %s broke off: the change may or may not be in, its files are kept"
                        .formatted(request.name()),
                failure));
    }

    private GroupQueue<TableRequest, CommitOutcome> newQueue() {
        TableCommitter committer = committers.get();
        return new GroupQueue<>(
                workers,
                new GroupQueue.Limits<>(MOST_WAITING, MOST_TOGETHER, Long.MAX_VALUE, request -> 1),
                (group, next) -> committer.run(group));
    }
}
