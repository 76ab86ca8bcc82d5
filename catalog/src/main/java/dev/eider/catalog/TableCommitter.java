package dev.eider.catalog;

import dev.eider.catalog.CommitOutcome.AlreadyCommitted;
import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.CommitOutcome.Rejected;
import dev.eider.catalog.CommitOutcome.Unknown;
import dev.eider.catalog.Pointers.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits what this process has for one table: all that waits together, as one change of the table's pointer.
 *
 * <p>Optimistic towards other processes: a change that comes too late is made again on top of theirs. Confined to one
 * thread at a time, by the queue in front of it.
 */
final class TableCommitter {
    private static final Logger LOG = LoggerFactory.getLogger(TableCommitter.class);
    private static final int ATTEMPTS = 100;

    private final TableCatalog catalog;
    private final Pointers pointers;
    private final FileIO files;
    private final HistoryUpkeep upkeep;
    private @Nullable TablePointer last;

    TableCommitter(TableCatalog catalog, Pointers pointers, FileIO files, HistoryUpkeep upkeep) {
        this.catalog = catalog;
        this.pointers = pointers;
        this.files = files;
        this.upkeep = upkeep;
    }

    /** Grants requests in their order, and tells what became of each. */
    List<CommitOutcome> run(List<TableRequest> requests) {
        List<CommitOutcome> outcomes = new ArrayList<>();
        int begin = 0;
        for (int end = 1; end <= requests.size(); end++) {
            boolean alone = requests.get(begin) instanceof TableRequest.Drop;
            if (end == requests.size() || alone || requests.get(end) instanceof TableRequest.Drop) {
                outcomes.addAll(alone ? List.of(drop(requests.get(begin))) : commit(requests.subList(begin, end)));
                begin = end;
            }
        }
        return outcomes;
    }

    private CommitOutcome drop(TableRequest request) {
        last = null;
        try {
            boolean dropped = catalog.find(request.name())
                    .map(state -> catalog.names().drop(PointerChange.Kind.TABLE, state.identifier(), false))
                    .orElse(false);
            catalog.watch().changed(request.name());
            return dropped
                    ? new Committed(java.util.OptionalLong.empty(), 0, 1, Duration.ZERO, Duration.ZERO)
                    : new Rejected(TableCatalog.notFound(request.name()));
        } catch (EiderException e) {
            return e.code() == ErrorCode.OUTCOME_UNKNOWN ? new Unknown(e) : new Rejected(e);
        }
    }

    private List<CommitOutcome> commit(List<TableRequest> requests) {
        long started = System.nanoTime();
        List<Member> members = requests.stream().map(Member::new).toList();
        for (int attempt = 1; members.stream().anyMatch(Member::isOpen); attempt++) {
            CommitAttempt staged = new CommitAttempt(files, CommitId.create());
            Optional<Result> result;
            try {
                if (attempt > ATTEMPTS) {
                    throw keptChanging(requests.get(0));
                }
                result = attempt(staged, members);
            } catch (EiderException e) {
                fail(staged, members, e);
                continue;
            } catch (RuntimeIOException | NotFoundException e) {
                fail(staged, members, unwritable(requests.get(0), e));
                continue;
            } catch (RuntimeException e) {
                fail(staged, members, defect(requests.get(0), e));
                continue;
            }
            // Nothing that fails from here on may take the files of a change that is in for those of a failed attempt.
            settle(staged, result, members);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        return members.stream().map(member -> member.outcome(took)).toList();
    }

    private static EiderException keptChanging(TableRequest request) {
        return new EiderException(
                ErrorCode.COMMIT_CONFLICT,
                "Table %s kept changing, the commit was given up after %d attempts"
                        .formatted(request.name(), ATTEMPTS));
    }

    private static EiderException unwritable(TableRequest request, RuntimeException e) {
        return new EiderException(
                ErrorCode.STORAGE_FAILED, "The metadata of table %s cannot be written".formatted(request.name()), e);
    }

    private static EiderException defect(TableRequest request, RuntimeException e) {
        return new EiderException(
                ErrorCode.INTERNAL, "The change of table %s cannot be put together".formatted(request.name()), e);
    }

    /** Everything before the swap can fail without harm: nothing is current yet. */
    private void fail(CommitAttempt staged, List<Member> members, EiderException reason) {
        staged.discard();
        upkeep.refused();
        last = null;
        members.stream().filter(Member::isOpen).forEach(member -> member.end(new Rejected(reason)));
    }

    private Optional<Result> attempt(CommitAttempt staged, List<Member> members) {
        TableRequest first = members.get(0).request();
        Optional<TableState> base = Optional.ofNullable(last)
                .flatMap(catalog::remembered)
                .filter(state -> members.stream().allMatch(member -> isOf(state, member.request())));
        if (base.isEmpty()) {
            base = catalog.find(first.name());
            base.ifPresent(catalog::observe);
            base.ifPresent(state -> refuseTaken(state, members));
        }
        staged.begin(base);
        for (Member member : members) {
            // One that repeats a key waits for the next attempt, which finds the key taken.
            if (member.isOpen() && !staged.repeatsKey(member)) {
                staged.add(member);
            }
        }
        staged.finish(upkeep);
        if (staged.members().isEmpty() || !staged.isChange()) {
            staged.discard();
            return Optional.empty();
        }
        staged.createNamespace(catalog);
        return Optional.of(pointers.apply(staged.transaction(upkeep)));
    }

    /**
     * Returns whether a request may start from the table as this process knows it. Edits and creates look at what is
     * there, so they start from the current pointer; so does an append that was made for another shape or branch.
     */
    private static boolean isOf(TableState state, TableRequest request) {
        if (!(request instanceof TableRequest.Append append)) {
            return false;
        }
        TableMetadata here = state.metadata();
        TableMetadata there = append.target().metadata();
        return here.uuid().equals(there.uuid())
                && here.currentSchemaId() == there.currentSchemaId()
                && here.defaultSpecId() == there.defaultSpecId()
                && (append.branch().equals(SnapshotRef.MAIN_BRANCH)
                        || here.refs().containsKey(append.branch()));
    }

    /** The table was taken over from elsewhere: another process may have committed the same appends meanwhile. */
    private void refuseTaken(TableState state, List<Member> members) {
        for (Member member : members) {
            if (member.isOpen() && member.request() instanceof TableRequest.Append append) {
                List<LedgerEntry> taken = catalog.ledger(
                        state.metadata().uuid(),
                        append.branch(),
                        append.keys().stream().map(IdempotencyKey::key).toList());
                if (!taken.isEmpty()) {
                    member.end(new AlreadyCommitted(taken));
                }
            }
        }
    }

    private void settle(CommitAttempt staged, Optional<Result> result, List<Member> members) {
        List<Member> open = members.stream().filter(Member::isOpen).toList();
        List<Member> together = staged.members();
        if (result.isEmpty()) {
            together.forEach(member -> member.end(staged.unchanged()));
        } else if (result.get() instanceof Result.Applied) {
            applied(staged, together);
        } else if (result.get() instanceof Result.InDoubt doubt) {
            // The files of this attempt may be current: they stay.
            last = null;
            together.forEach(member -> member.end(new Unknown(unknown(member, doubt))));
        } else {
            staged.discard();
            upkeep.refused();
            last = null;
            if (result.get() instanceof Result.KeysTaken taken) {
                open.stream().filter(sharing(taken)).forEach(member -> member.end(taken(member, taken)));
            } else if (result.get() instanceof Result.LeasesEnded ended) {
                open.stream()
                        .filter(member -> holdsOneOf(member, ended.holders()))
                        .forEach(member -> member.end(new Rejected(tookTooLong(member))));
            } else if (result.get() instanceof Result.Refused refused) {
                open.forEach(member -> member.end(new Rejected(refused.reason())));
            }
        }
    }

    private void applied(CommitAttempt staged, List<Member> together) {
        together.forEach(member -> member.end(staged.committed(member, together.size())));
        staged.state().ifPresent(state -> {
            last = new TablePointer(state.identifier(), state.metadata().metadataFileLocation());
            catalog.remember(state.metadata());
            upkeep.committed(state, staged.removedSnapshots());
            catalog.watch().changed(state.identifier());
        });
        LOG.debug("Committed, table={} changes={}", together.get(0).request().name(), together.size());
    }

    private static EiderException unknown(Member member, Result.InDoubt doubt) {
        return new EiderException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The catalog failed while committing to %s: the change may or may not be in, its files are kept"
                        .formatted(member.request().name()),
                doubt.reason());
    }

    private static boolean holdsOneOf(Member member, List<String> holders) {
        return member.request() instanceof TableRequest.Append append
                && append.lease()
                        .filter(lease -> holders.contains(lease.holder()))
                        .isPresent();
    }

    private static EiderException tookTooLong(Member member) {
        return new EiderException(
                ErrorCode.COMMIT_CONFLICT,
                ("The write to table %s could not renew its lease in the catalog for too long, so its files may have been"
                                + " removed as orphans: send the rows again")
                        .formatted(member.request().name()));
    }

    private static Predicate<Member> sharing(Result.KeysTaken taken) {
        return member -> !((AlreadyCommitted) taken(member, taken)).entries().isEmpty();
    }

    private static CommitOutcome taken(Member member, Result.KeysTaken taken) {
        List<String> keys = member.request() instanceof TableRequest.Append append
                ? append.keys().stream().map(IdempotencyKey::key).toList()
                : List.of();
        return new AlreadyCommitted(taken.entries().stream()
                .filter(entry -> keys.contains(entry.key().key()))
                .toList());
    }

    /** One request on its way, until it has an outcome. */
    static final class Member {
        private final TableRequest request;
        private @Nullable CommitOutcome outcome;

        Member(TableRequest request) {
            this.request = request;
        }

        TableRequest request() {
            return request;
        }

        boolean isOpen() {
            return outcome == null;
        }

        void end(CommitOutcome result) {
            outcome = result;
        }

        CommitOutcome outcome(Duration took) {
            CommitOutcome known = java.util.Objects.requireNonNull(outcome, "outcome");
            return known instanceof Committed in
                    ? new Committed(in.snapshotId(), in.sequenceNumber(), in.groupSize(), Duration.ZERO, took)
                    : known;
        }
    }
}
