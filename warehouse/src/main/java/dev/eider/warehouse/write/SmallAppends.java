package dev.eider.warehouse.write;

import dev.eider.catalog.CommitOutcome;
import dev.eider.catalog.CommitOutcome.AlreadyCommitted;
import dev.eider.catalog.CommitOutcome.Rejected;
import dev.eider.catalog.CommitOutcome.Unknown;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.GroupQueue;
import dev.eider.catalog.IdempotencyKey;
import dev.eider.catalog.LedgerEntry;
import dev.eider.catalog.LiveQueues;
import dev.eider.catalog.SnapshotCommitter;
import dev.eider.catalog.TableState;
import dev.eider.catalog.WriteLeases;
import dev.eider.warehouse.types.SchemaBinding;
import dev.eider.warehouse.write.AppendReceipt.FileRows;
import dev.eider.warehouse.write.DataFileWriter.ValidatedRows;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.DataFile;

/**
 * Writes small appends that wait for the same table, schema and branch into data files that they share, and commits them
 * together. Each was validated by itself; one that cannot be stored fails alone. Thread-safe.
 */
final class SmallAppends {
    private static final int MOST_WAITING = 8192;
    private static final int MOST_TOGETHER = 1024;
    /** Queues of places that nobody waits for; they hold nothing but are cheap to find again. */
    private static final int MOST_IDLE = 256;
    /** A COPY has one source for each layout of batches. */
    private static final int MOST_LAYOUTS = 64;

    private final SnapshotCommitter committer;
    private final WriteLeases leases;
    private final DataFileWriter writer;
    private final BufferAllocator allocator;
    private final WriteConfig config;
    private final LiveQueues<Place, Member, Stored> queues = new LiveQueues<>(place -> newQueue(), MOST_IDLE);

    SmallAppends(
            SnapshotCommitter committer,
            WriteLeases leases,
            DataFileWriter writer,
            BufferAllocator allocator,
            WriteConfig config) {
        this.committer = committer;
        this.leases = leases;
        this.writer = writer;
        this.allocator = allocator;
        this.config = config;
    }

    private record Place(String tableUuid, int schemaId, int specId, String branch) {}

    /**
     * One append that waits.
     *
     * @param rows held by whoever submits the member, until it has its result
     * @param key makes its idempotency key from where its rows are; nothing without one
     */
    record Member(TableState target, SchemaBinding binding, HeldRows rows, AppendKey key, String branch) {}

    /**
     * What became of a member.
     *
     * @param files where its rows are
     * @param bytes its share of them
     * @param appends how many appends share the files
     */
    record Stored(CommitOutcome outcome, List<FileRows> files, long bytes, int appends) {
        static Stored failed(CommitOutcome outcome) {
            return new Stored(outcome, List.of(), 0, 1);
        }
    }

    /** Stores the rows of a member, with whatever waits for the same place. */
    Stored submit(Member member) {
        TableState target = member.target();
        Place place = new Place(
                target.metadata().uuid(),
                target.metadata().currentSchemaId(),
                target.metadata().defaultSpecId(),
                member.branch());
        try {
            return queues.submit(place, member, config.queueTimeout());
        } catch (EiderException e) {
            return Stored.failed(e.code() == ErrorCode.INTERNAL ? brokenOff(target, e) : new Rejected(e));
        }
    }

    /** The group ended in the midst of its work, for want of memory, say: its commit may or may not be in. */
    private static Unknown brokenOff(TableState target, EiderException failure) {
        return new Unknown(new EiderException(
                ErrorCode.OUTCOME_UNKNOWN,
                "Storing rows in %s broke off: they may or may not be in, their files are kept"
                        .formatted(target.identifier()),
                failure));
    }

    private GroupQueue<Member, Stored> newQueue() {
        long most = Math.max(config.bufferBytes(), config.coalesceBytes());
        return committer.group(
                new GroupQueue.Limits<>(MOST_WAITING, MOST_TOGETHER, most, member -> member.rows()
                        .bytes()),
                this::store);
    }

    /** The next group may be written while this one is being committed. */
    private List<Stored> store(List<Member> members, Runnable next) {
        Map<Member, Stored> results = new HashMap<>();
        List<Member> open = members;
        while (!open.isEmpty()) {
            storeTogether(open, results, next);
            open = members.stream()
                    .filter(member -> !results.containsKey(member))
                    .toList();
        }
        return members.stream().map(results::get).map(Objects::requireNonNull).toList();
    }

    /** Those without a result afterwards are to be stored again, without those that are in already. */
    private void storeTogether(List<Member> members, Map<Member, Stored> results, Runnable next) {
        List<List<Member>> layouts = layouts(members);
        if (layouts.size() > MOST_LAYOUTS) {
            storeTogether(
                    layouts.subList(0, MOST_LAYOUTS).stream()
                            .flatMap(List::stream)
                            .toList(),
                    results,
                    () -> {});
            return;
        }
        List<Member> ordered = layouts.stream().flatMap(List::stream).toList();
        try (WriteLeases.Lease lease =
                leases.begin(ordered.get(0).target().metadata().uuid())) {
            storeOnce(ordered, layouts, lease, results, next);
        }
    }

    private void storeOnce(
            List<Member> ordered,
            List<List<Member>> layouts,
            WriteLeases.Lease lease,
            Map<Member, Stored> results,
            Runnable next) {
        List<DataFile> files;
        try {
            files = write(ordered.get(0).target(), layouts);
        } catch (RuntimeException e) {
            if (ordered.size() > 1) {
                ordered.forEach(member -> storeTogether(List.of(member), results, next));
            } else {
                results.put(ordered.get(0), Stored.failed(new Rejected(reason(e))));
            }
            return;
        }
        next.run();
        commit(ordered, files, lease, results);
    }

    /** The engine calls bad values bad SQL: here the values are the caller's, the SQL is ours. */
    private static EiderException reason(RuntimeException e) {
        if (e instanceof EiderException known) {
            return known.code() == ErrorCode.INVALID_SQL
                    ? new EiderException(ErrorCode.INVALID_DATA, known.text(), known)
                    : known;
        }
        return new EiderException(ErrorCode.INTERNAL, "The rows could not be written", e);
    }

    /** Batches of equal columns without dictionaries can follow each other in one stream. */
    private static List<List<Member>> layouts(List<Member> members) {
        Map<Object, List<Member>> layouts = new LinkedHashMap<>();
        for (Member member : members) {
            Object layout = member.rows().dictionaries().isEmpty()
                    ? new Layout(
                            member.binding().transportSchema(), member.binding().projection("r"))
                    : member;
            layouts.computeIfAbsent(layout, ignored -> new ArrayList<>()).add(member);
        }
        return List.copyOf(layouts.values());
    }

    private record Layout(Schema columns, String projection) {}

    private List<ValidatedRows> sources(List<List<Member>> layouts) {
        List<ValidatedRows> sources = new ArrayList<>();
        for (List<Member> alike : layouts) {
            Member first = alike.get(0);
            List<ArrowRecordBatch> batches = alike.stream()
                    .flatMap(member -> member.rows().batches().stream())
                    .toList();
            sources.add(new ValidatedRows(
                    first.binding(),
                    new HeldReader(
                            allocator,
                            first.binding().transportSchema(),
                            first.rows().dictionaries(),
                            batches)));
        }
        return sources;
    }

    private List<DataFile> write(TableState target, List<List<Member>> layouts) {
        long bytes = layouts.stream()
                .flatMap(List::stream)
                .mapToLong(member -> member.rows().bytes())
                .sum();
        List<DataFile> files = writer.writeTogether(target, bytes, () -> sources(layouts));
        long sent = layouts.stream()
                .flatMap(List::stream)
                .mapToLong(member -> member.rows().rows())
                .sum();
        long written = files.stream().mapToLong(DataFile::recordCount).sum();
        if (written != sent) {
            writer.delete(files);
            throw new EiderException(
                    ErrorCode.INTERNAL,
                    "%d rows were sent to table %s but %d were written".formatted(sent, target.identifier(), written));
        }
        return files;
    }

    private void commit(
            List<Member> ordered, List<DataFile> files, WriteLeases.Lease lease, Map<Member, Stored> results) {
        List<RowPlacement.Share> shares = RowPlacement.of(
                files, ordered.stream().map(member -> member.rows().rows()).toList());
        List<IdempotencyKey> keys = new ArrayList<>();
        for (int i = 0; i < ordered.size(); i++) {
            ordered.get(i)
                    .key()
                    .entry(
                            ordered.get(i).rows().rows(),
                            shares.get(i),
                            ordered.get(i).target().metadata().location())
                    .ifPresent(keys::add);
        }
        Member first = ordered.get(0);
        CommitOutcome outcome =
                committer.append(first.target(), first.branch(), files, keys, lease, config.queueTimeout());
        if (outcome instanceof AlreadyCommitted taken) {
            writer.delete(files);
            Map<String, LedgerEntry> entries = taken.entries().stream()
                    .collect(Collectors.toMap(entry -> entry.key().key(), entry -> entry));
            for (Member member : ordered) {
                Optional.ofNullable(entries.get(member.key().text()))
                        .ifPresent(entry -> results.put(member, Stored.failed(new AlreadyCommitted(List.of(entry)))));
            }
            return;
        }
        if (outcome instanceof Rejected) {
            writer.delete(files);
        }
        for (int i = 0; i < ordered.size(); i++) {
            RowPlacement.Share share = shares.get(i);
            results.put(ordered.get(i), new Stored(outcome, share.files(), share.bytes(), ordered.size()));
        }
    }
}
