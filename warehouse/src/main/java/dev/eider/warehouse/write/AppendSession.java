package dev.eider.warehouse.write;

import dev.eider.catalog.CommitOutcome;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.SnapshotCommitter;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.types.SchemaBinding;
import dev.eider.warehouse.write.DataFileWriter.ValidatedRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;

/**
 * One stream of rows on its way into one table: takes batches from the queue, writes files, commits, hands out
 * receipts.
 *
 * <p>Confined to the thread that runs the append. Files that no commit covers are removed, unless the outcome of their
 * commit is unknown.
 */
final class AppendSession {
    private final TableState target;
    private final SchemaBinding binding;
    private final BatchQueue queue;
    private final WriteOptions options;
    private final Consumer<AppendReceipt> receipts;
    private final List<DataFile> uncommitted = new ArrayList<>();
    private boolean acknowledged;

    AppendSession(
            TableState target,
            SchemaBinding binding,
            BatchQueue queue,
            WriteOptions options,
            Consumer<AppendReceipt> receipts) {
        this.target = target;
        this.binding = binding;
        this.queue = queue;
        this.options = options;
        this.receipts = receipts;
    }

    /** Runs until the stream has ended and everything is committed. */
    void run(DataFileWriter writer, SnapshotCommitter committer, BufferAllocator allocator, Duration idle)
            throws InterruptedException {
        try {
            WriteStep step = new WriteStep(options);
            while (!queue.isDrained()) {
                if (queue.awaitFill(step, idle)) {
                    write(writer, allocator, step);
                }
                if (step.isComplete() && !uncommitted.isEmpty()) {
                    commit(committer, step);
                    step = new WriteStep(options);
                }
            }
            if (!uncommitted.isEmpty() || !acknowledged) {
                commit(committer, step);
            }
        } finally {
            writer.delete(uncommitted);
        }
    }

    private void write(DataFileWriter writer, BufferAllocator allocator, WriteStep step) {
        long before = step.rows();
        QueueReader reader = new QueueReader(allocator, queue, binding.transportSchema(), step);
        List<DataFile> files;
        try {
            files = writer.write(target, List.of(new ValidatedRows(binding, reader)));
        } catch (EiderException e) {
            throw cause(reader, e);
        }
        uncommitted.addAll(files);
        long written = files.stream().mapToLong(ContentFile::recordCount).sum();
        if (written != step.rows() - before) {
            throw new EiderException(
                    ErrorCode.INTERNAL,
                    "%d rows were sent to table %s but %d were written"
                            .formatted(step.rows() - before, target.identifier(), written));
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

    private void commit(SnapshotCommitter committer, WriteStep step) {
        List<DataFile> files = List.copyOf(uncommitted);
        // Until the committer has refused them, a snapshot may refer to them: whatever it throws, they stay.
        uncommitted.clear();
        CommitOutcome outcome =
                committer.append(target, options.branch(), files, List.of(), SnapshotCommitter.PATIENCE);
        if (outcome instanceof CommitOutcome.Rejected) {
            uncommitted.addAll(files);
        }
        CommitOutcome.Committed committed = outcome.orThrow();
        acknowledged = true;
        receipts.accept(new AppendReceipt(
                target.identifier(),
                options.branch(),
                committed.snapshotId(),
                committed.sequenceNumber(),
                step.rows(),
                files.stream()
                        .map(file -> new AppendReceipt.FileRows(file.location(), 0, file.recordCount()))
                        .toList(),
                files.stream().mapToLong(ContentFile::fileSizeInBytes).sum(),
                false,
                committed.groupSize(),
                committed.queued().toMillis(),
                committed.committed().toMillis(),
                Optional.empty()));
    }
}
