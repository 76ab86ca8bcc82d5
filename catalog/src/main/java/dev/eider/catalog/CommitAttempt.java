package dev.eider.catalog;

import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.CommitOutcome.Rejected;
import dev.eider.catalog.PointerChange.KeyedAppend;
import dev.eider.catalog.PointerChange.Kind;
import dev.eider.catalog.TableCommitter.Member;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to change a table: puts the next metadata together from all that fits, and writes its files, which nothing
 * refers to before the pointer is swapped. Confined to one thread, used once.
 */
final class CommitAttempt {
    /** Iceberg polls with a sleep of 10 ms whenever it hands a manifest to a pool. */
    private static final ExecutorService DIRECT = new DirectExecutor();

    private static final String APPENDS = "eider.appends";

    private final RecordingFiles files;
    private final CommitId id;
    private final Map<String, List<Member>> appends = new LinkedHashMap<>();
    private final List<Member> added = new ArrayList<>();
    private final Set<String> keys = new HashSet<>();
    private final Map<Member, Snapshot> snapshots = new HashMap<>();
    private @Nullable TableState base;
    private @Nullable TableState next;
    private @Nullable StagedOperations staged;
    private List<Snapshot> removed = List.of();

    CommitAttempt(FileIO files, CommitId id) {
        this.files = new RecordingFiles(files);
        this.id = id;
    }

    /** Starts from the table as it is, or from nothing. */
    void begin(Optional<TableState> current) {
        base = current.orElse(null);
        staged = current.map(state -> new StagedOperations(state.metadata(), files))
                .orElse(null);
    }

    /** Adds what a request wants, or ends it if that does not fit. */
    void add(Member member) {
        try {
            TableRequest request = member.request();
            if (request instanceof TableRequest.Create create) {
                create(create.staged());
            } else if (request instanceof TableRequest.Append append) {
                StagedOperations operations = target(append.target());
                requireSameShape(append.target(), operations.current());
                requireBranch(append, operations.current());
                requireFiles(append);
                appends.computeIfAbsent(append.branch(), branch -> new ArrayList<>())
                        .add(member);
            } else if (request instanceof TableRequest.Edit edit) {
                flush();
                edit(edit);
            }
            added.add(member);
            keys.addAll(keyNames(member));
        } catch (EiderException e) {
            member.end(new Rejected(e));
        }
    }

    private void create(TableState wanted) {
        if (staged != null) {
            throw new EiderException(
                    ErrorCode.ALREADY_EXISTS,
                    "Table %s exists already".formatted(base == null ? wanted.identifier() : base.identifier()));
        }
        staged = new StagedOperations(wanted.metadata(), files);
        next = wanted;
    }

    private StagedOperations target(TableState target) {
        if (staged == null) {
            if (!target.staged()) {
                throw TableCatalog.notFound(target.identifier());
            }
            create(target);
        }
        return Objects.requireNonNull(staged, "staged");
    }

    private void edit(TableRequest.Edit edit) {
        StagedOperations operations = target(edit.target());
        requireSameTable(edit.target(), operations.current());
        TableMetadata before = operations.current();
        try {
            edit.edit().accept(new BaseTable(operations, edit.name().toString()));
        } catch (EiderException e) {
            operations.reset(before);
            throw e;
        } catch (RuntimeIOException | NotFoundException e) {
            operations.reset(before);
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED,
                    "The change of table %s cannot read or write its files: %s".formatted(edit.name(), e.getMessage()),
                    e);
        } catch (RuntimeException e) {
            operations.reset(before);
            throw new EiderException(
                    ErrorCode.COMMIT_CONFLICT,
                    "The change does not fit table %s as it is now: %s".formatted(edit.name(), e.getMessage()),
                    e);
        }
    }

    private static void requireSameTable(TableState target, TableMetadata current) {
        if (!target.metadata().uuid().equals(current.uuid())) {
            String what = target.staged() ? "created by another writer" : "replaced by another of the same name";
            throw conflict("Table %s was %s meanwhile: send the rows again".formatted(target.identifier(), what));
        }
    }

    private static void requireSameShape(TableState target, TableMetadata current) {
        requireSameTable(target, current);
        if (target.metadata().currentSchemaId() != current.currentSchemaId()
                || target.metadata().defaultSpecId() != current.defaultSpecId()) {
            throw conflict("The columns or partitions of table %s changed meanwhile: send the rows again"
                    .formatted(target.identifier()));
        }
    }

    private static void requireBranch(TableRequest.Append append, TableMetadata current) {
        if (!append.branch().equals(SnapshotRef.MAIN_BRANCH) && !current.refs().containsKey(append.branch())) {
            throw new EiderException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "Table %s has no branch \"%s\": it has %s"
                            .formatted(
                                    append.name(),
                                    append.branch(),
                                    current.refs().keySet()));
        }
    }

    /** Files of a long write are proven to be there: whoever removes orphans may have taken them for such. */
    private void requireFiles(TableRequest.Append append) {
        if (append.lease().filter(WriteLeases.Lease::needsProof).isEmpty()) {
            return;
        }
        for (DataFile file : append.files()) {
            if (!exists(file.location())) {
                throw new EiderException(
                        ErrorCode.STORAGE_FAILED,
                        "The data file %s of a long write to table %s was removed before its commit: send the rows again"
                                .formatted(file.location(), append.name()));
            }
        }
    }

    private boolean exists(String location) {
        try {
            return files.newInputFile(location).exists();
        } catch (NotFoundException gone) {
            return false;
        }
    }

    private static EiderException conflict(String message) {
        return new EiderException(ErrorCode.COMMIT_CONFLICT, message);
    }

    /** Makes one snapshot for each branch of all that was to be appended to it so far. */
    private void flush() {
        appends.forEach((branch, members) -> {
            StagedOperations operations = Objects.requireNonNull(staged, "staged");
            TableMetadata before = operations.current();
            try {
                append(operations, branch, members);
            } catch (RuntimeIOException | NotFoundException e) {
                throw e;
            } catch (RuntimeException e) {
                operations.reset(before);
                members.forEach(member -> appendAlone(operations, branch, member));
            }
        });
        appends.clear();
    }

    private void append(StagedOperations operations, String branch, List<Member> members) {
        List<DataFile> all = members.stream()
                .flatMap(member -> ((TableRequest.Append) member.request()).files().stream())
                .toList();
        if (all.isEmpty()) {
            return;
        }
        AppendFiles append = new BaseTable(operations, "staged")
                .newFastAppend()
                .toBranch(branch)
                .scanManifestsWith(DIRECT)
                .writeManifestsWith(DIRECT, 1)
                .set(CommitId.SUMMARY_PROPERTY, id.mark().toString())
                .set(APPENDS, Integer.toString(count(members)));
        all.forEach(append::appendFile);
        append.commit();
        Snapshot head =
                operations.current().snapshot(operations.current().ref(branch).snapshotId());
        members.stream().filter(CommitAttempt::hasFiles).forEach(member -> snapshots.put(member, head));
    }

    private static boolean hasFiles(Member member) {
        return !((TableRequest.Append) member.request()).files().isEmpty();
    }

    private static int count(List<Member> members) {
        return members.stream()
                .mapToInt(member -> Math.max(
                        1, ((TableRequest.Append) member.request()).keys().size()))
                .sum();
    }

    /** One of them is at fault, and must not fail the others. */
    private void appendAlone(StagedOperations operations, String branch, Member member) {
        TableMetadata before = operations.current();
        try {
            append(operations, branch, List.of(member));
        } catch (RuntimeIOException | NotFoundException e) {
            throw e;
        } catch (RuntimeException e) {
            operations.reset(before);
            added.remove(member);
            member.end(new Rejected(new EiderException(
                    ErrorCode.COMMIT_CONFLICT,
                    "The files do not fit table %s: %s"
                            .formatted(member.request().name(), e.getMessage()),
                    e)));
        }
    }

    /** Returns whether an append with one of the same keys is in this attempt: it may not be in twice. */
    boolean repeatsKey(Member member) {
        return !Collections.disjoint(keys, keyNames(member));
    }

    private static List<String> keyNames(Member member) {
        return member.request() instanceof TableRequest.Append append
                ? append.keys().stream()
                        .map(key -> append.branch() + "\0" + key.key())
                        .toList()
                : List.of();
    }

    /** Returns the requests that are in this attempt and fit. */
    List<Member> members() {
        return added.stream().filter(Member::isOpen).toList();
    }

    /** Completes the snapshots, and writes the metadata file if there is anything to change. */
    void finish(HistoryUpkeep upkeep) {
        flush();
        StagedOperations operations = staged;
        if (operations == null) {
            return;
        }
        if (isMetadataChange()) {
            Set<Snapshot> before = new LinkedHashSet<>(operations.current().snapshots());
            if (base != null) {
                before.addAll(base.metadata().snapshots());
            }
            upkeep.apply(operations);
            TableMetadata after = operations.current();
            removed = before.stream()
                    .filter(snapshot -> after.snapshot(snapshot.snapshotId()) == null)
                    .toList();
            TableState state = Objects.requireNonNull(base == null ? next : base, "state");
            TableMetadata written = MetadataFiles.write(operations.current(), baseLocation(), files);
            files.sync();
            next = new TableState(state.identifier(), written, false, state.io());
        }
    }

    @SuppressWarnings("ReferenceEquality") // Nothing was changed if it still is the very object.
    private boolean isMetadataChange() {
        return staged != null && (base == null || staged.current() != base.metadata());
    }

    private @Nullable String baseLocation() {
        return base == null ? null : base.metadata().metadataFileLocation();
    }

    /** Returns whether there is anything to commit: appends without rows and keys change nothing. */
    boolean isChange() {
        return isMetadataChange() || added.stream().anyMatch(CommitAttempt::hasKeys);
    }

    private static boolean hasKeys(Member member) {
        return member.request() instanceof TableRequest.Append append
                && !append.keys().isEmpty();
    }

    /** A new table makes its namespace, if that is missing. */
    void createNamespace(TableCatalog catalog) {
        if (base == null && next != null) {
            catalog.createIfMissing(next.identifier().namespace());
        }
    }

    /** Returns what is to happen in the database. */
    PointerChange.Transaction transaction(HistoryUpkeep upkeep) {
        TableState before = base;
        TableState after = next;
        List<KeyedAppend> keys = added.stream()
                .filter(CommitAttempt::hasKeys)
                .flatMap(member -> keys(member).stream())
                .toList();
        if (after == null || !isMetadataChange()) {
            String uuid = Objects.requireNonNull(before, "base").metadata().uuid();
            CommitRows log = new CommitRows(List.of(CommitRows.withoutSnapshot(id, uuid)), Optional.empty());
            return new PointerChange.Transaction(id, List.of(), log, keys, List.of(), leases());
        }
        String location = after.metadata().metadataFileLocation();
        if (before == null) {
            return new PointerChange.Transaction(
                    id,
                    List.of(new PointerChange.Create(Kind.TABLE, after.identifier(), location)),
                    CommitRows.of(id, null, after.metadata()),
                    keys,
                    List.of(),
                    leases());
        }
        String replaced = before.metadata().metadataFileLocation();
        return new PointerChange.Transaction(
                id,
                List.of(new PointerChange.Swap(Kind.TABLE, after.identifier(), replaced, location)),
                CommitRows.of(id, before.metadata(), after.metadata()),
                keys,
                upkeep.retired(before.metadata(), after.metadata(), removed),
                leases());
    }

    private List<String> leases() {
        return added.stream()
                .filter(member -> member.request() instanceof TableRequest.Append)
                .flatMap(member -> ((TableRequest.Append) member.request()).lease().stream())
                .filter(WriteLeases.Lease::needsProof)
                .map(WriteLeases.Lease::holder)
                .toList();
    }

    private List<KeyedAppend> keys(Member member) {
        TableRequest.Append append = (TableRequest.Append) member.request();
        Optional<Snapshot> snapshot = Optional.ofNullable(snapshots.get(member));
        String uuid = Objects.requireNonNull(staged, "staged").current().uuid();
        return append.keys().stream()
                .map(key -> new KeyedAppend(
                        uuid,
                        append.branch(),
                        new LedgerEntry(
                                key,
                                snapshot.map(Snapshot::snapshotId).orElse(-1L),
                                snapshot.map(Snapshot::sequenceNumber).orElse(0L),
                                Instant.now())))
                .toList();
    }

    /** Returns the success of one request of this attempt. */
    Committed committed(Member member, int groupSize) {
        Optional<Snapshot> snapshot = Optional.ofNullable(snapshots.get(member));
        return new Committed(
                snapshot.map(Snapshot::snapshotId).map(OptionalLong::of).orElse(OptionalLong.empty()),
                snapshot.map(Snapshot::sequenceNumber).orElse(0L),
                groupSize,
                Duration.ZERO,
                Duration.ZERO);
    }

    /** Returns the success of a request that had nothing to change. */
    Committed unchanged() {
        return new Committed(OptionalLong.empty(), 0, 1, Duration.ZERO, Duration.ZERO);
    }

    /** Returns the table as it is once the attempt is in; nothing if only keys were written down. */
    Optional<TableState> state() {
        return Optional.ofNullable(isMetadataChange() ? next : null);
    }

    /** Returns the snapshots that the attempt takes out of the history. */
    List<Snapshot> removedSnapshots() {
        return removed;
    }

    /** Removes the files of an attempt that is not in and never will be. */
    void discard() {
        files.discard();
    }
}
