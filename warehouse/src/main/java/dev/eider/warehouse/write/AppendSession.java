package dev.eider.warehouse.write;

import dev.eider.catalog.CommitOutcome;
import dev.eider.catalog.CommitOutcome.AlreadyCommitted;
import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.IdempotencyKey;
import dev.eider.catalog.LedgerEntry;
import dev.eider.catalog.TableState;
import dev.eider.catalog.WriteLeases;
import dev.eider.warehouse.types.SchemaBinding;
import dev.eider.warehouse.write.DataFileWriter.ValidatedRows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.jspecify.annotations.Nullable;

/**
 * One stream of rows on its way into one table: takes batches from the queue, has them written and committed, hands out
 * receipts. What is small enough goes in company; the rest gets files of its own.
 *
 * <p>Confined to the thread that runs the append. Files that no commit covers are removed, unless the outcome of their
 * commit is unknown.
 */
final class AppendSession {
    private final WriteTools tools;
    private final Order order;
    private final BatchQueue queue;
    private final OpenWrites.Place place;
    private final List<DataFile> uncommitted = new ArrayList<>();
    private WriteLeases.@Nullable Lease lease;
    private boolean acknowledged;

    /**
     * What is to be written, and who hears of it.
     *
     * @param target the table
     * @param binding how the columns sent become the table's
     * @param key the caller's name for the append
     */
    record Order(
            TableState target,
            SchemaBinding binding,
            WriteOptions options,
            AppendKey key,
            Consumer<AppendReceipt> receipts) {}

    /**
     * Creates a session.
     *
     * @param place its right to hold memory, given up early where that is possible
     */
    AppendSession(WriteTools tools, Order order, BatchQueue queue, OpenWrites.Place place) {
        this.tools = tools;
        this.order = order;
        this.queue = queue;
        this.place = place;
    }

    /** Runs until the stream has ended and everything is committed. */
    void run() throws InterruptedException {
        try {
            WriteStep step = new WriteStep(order.options());
            while (!queue.isDrained()) {
                if (queue.awaitFill(step, tools.config().idleTimeout())) {
                    Optional<HeldRows> small = uncommitted.isEmpty()
                            ? queue.takeSmall(step, tools.config().coalesceBytes())
                            : Optional.empty();
                    if (small.isPresent()) {
                        storeInCompany(small.get());
                        step = new WriteStep(order.options());
                        continue;
                    }
                    write(step);
                }
                if (step.isComplete() && !uncommitted.isEmpty()) {
                    commit(step);
                    step = new WriteStep(order.options());
                }
            }
            if (!uncommitted.isEmpty() || !acknowledged) {
                commit(step);
            }
        } finally {
            tools.writer().delete(uncommitted);
            uncommitted.clear();
            endLease();
        }
    }

    private void storeInCompany(HeldRows small) {
        try (small;
                OpenWrites.Waiting waiting = tools.openWrites().await(place, small.bytes())) {
            SmallAppends.Stored stored = tools.small()
                    .submit(new SmallAppends.Member(
                            order.target(),
                            order.binding(),
                            small,
                            order.key(),
                            order.options().branch()));
            RowPlacement.Share share = new RowPlacement.Share(stored.files(), stored.bytes());
            acknowledge(stored.outcome(), small.rows(), share, stored.appends());
        }
    }

    private void write(WriteStep step) {
        long before = step.rows();
        if (lease == null) {
            lease = tools.catalog().writes().begin(order.target().metadata().uuid());
        }
        QueueReader reader =
                new QueueReader(tools.allocator(), queue, order.binding().transportSchema(), step);
        List<DataFile> files;
        try {
            files = tools.writer().write(order.target(), new ValidatedRows(order.binding(), reader));
        } catch (EiderException e) {
            throw cause(reader, e);
        }
        uncommitted.addAll(files);
        long written = files.stream().mapToLong(DataFile::recordCount).sum();
        if (written != step.rows() - before) {
            throw new EiderException(
                    ErrorCode.INTERNAL,
                    "%d rows were sent to table %s but %d were written"
                            .formatted(step.rows() - before, order.target().identifier(), written));
        }
    }

    /** The engine knows only the text of what its source threw; the source knows the exception. */
    private static RuntimeException cause(QueueReader reader, EiderException seen) {
        Throwable failure = reader.failure();
        if (failure instanceof RuntimeException known) {
            return known;
        }
        // The engine calls bad values bad SQL: here the values are the caller's, the SQL is ours.
        return seen.code() == ErrorCode.INVALID_SQL
                ? new EiderException(ErrorCode.INVALID_DATA, seen.text(), seen)
                : seen;
    }

    private void commit(WriteStep step) {
        List<DataFile> files = List.copyOf(uncommitted);
        RowPlacement.Share share = RowPlacement.of(files, List.of(step.rows())).get(0);
        List<IdempotencyKey> keys = order
                .key()
                .entry(step.rows(), share, order.target().metadata().location())
                .stream()
                .toList();
        // Until the committer has refused them, a snapshot may refer to them: whatever it throws, they stay.
        uncommitted.clear();
        CommitOutcome outcome = append(files, keys);
        if (outcome instanceof CommitOutcome.Rejected || outcome instanceof AlreadyCommitted) {
            uncommitted.addAll(files);
        }
        endLease();
        acknowledge(outcome, step.rows(), share, 1);
    }

    private CommitOutcome append(List<DataFile> files, List<IdempotencyKey> keys) {
        String branch = order.options().branch();
        Duration patience = tools.config().queueTimeout();
        return lease == null
                ? tools.committer().append(order.target(), branch, files, keys, patience)
                : tools.committer().append(order.target(), branch, files, keys, lease, patience);
    }

    private void endLease() {
        if (lease != null && uncommitted.isEmpty()) {
            lease.close();
            lease = null;
        }
    }

    private void acknowledge(CommitOutcome outcome, long rows, RowPlacement.Share share, int appends) {
        if (outcome instanceof AlreadyCommitted taken) {
            LedgerEntry earlier = taken.entries().get(0);
            order.key().requireSame(earlier, rows);
            acknowledged = true;
            order.receipts()
                    .accept(tools.repeated(order.target(), order.options().branch(), earlier));
            return;
        }
        Committed committed = outcome.orThrow();
        acknowledged = true;
        order.receipts()
                .accept(new AppendReceipt(
                        order.target().identifier(),
                        order.options().branch(),
                        committed.snapshotId(),
                        committed.sequenceNumber(),
                        rows,
                        share.files(),
                        share.bytes(),
                        false,
                        Math.max(appends, committed.groupSize()),
                        committed.queued().toMillis(),
                        committed.committed().toMillis(),
                        order.key().isPresent()
                                ? Optional.of(Instant.now().plus(tools.config().keyRetention()))
                                : Optional.empty()));
    }
}
