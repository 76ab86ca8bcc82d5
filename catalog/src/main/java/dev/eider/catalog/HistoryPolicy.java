package dev.eider.catalog;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;

/**
 * Which snapshots of a table's history may go, so that metadata stays small however often writers commit.
 *
 * <p>Each branch is thinned as if it were the only one, and a snapshot of several branches stays if any of them keeps it.
 * The newest snapshots are all kept, older ones one for each slot of time: slots lie on multiples of their length since
 * the epoch, and the newest snapshot of a slot stands for it. So thinning a history often leaves the same snapshots as
 * thinning it once. Snapshots that were on a branch and are on none now, rolled back for example, are thinned together.
 *
 * <p>Always kept are branch heads, tagged snapshots, staged snapshots (those that never were on a branch), and what
 * Iceberg's own settings ask for: {@code min-snapshots-to-keep} and {@code max-snapshot-age-ms} of a branch, or else the
 * table's {@code history.expire.} properties of these names, where they are set.
 *
 * <p>Immutable; decides from its arguments alone.
 *
 * @param steps how far apart the kept snapshots are, for each age; a snapshot stays if any step keeps it
 * @param newest how many of the newest snapshots of a branch are kept besides
 * @param newestWindow the age up to which they are
 * @param all the age up to which every snapshot is kept
 */
public record HistoryPolicy(List<Step> steps, int newest, Duration newestWindow, Duration all) {
    /** At most about 450 snapshots of a branch: 100 of the last minutes, then one a minute, a quarter of an hour, an hour. */
    public static final HistoryPolicy DEFAULT = new HistoryPolicy(
            List.of(
                    new Step(Duration.ofHours(2), Duration.ofMinutes(1)),
                    new Step(Duration.ofHours(24), Duration.ofMinutes(15)),
                    new Step(Duration.ofDays(7), Duration.ofHours(1))),
            100,
            Duration.ofMinutes(5),
            Duration.ZERO);

    /** Nothing is taken out. */
    public static final HistoryPolicy KEEP = new HistoryPolicy(List.of(), 0, Duration.ZERO, Duration.ofDays(365_000));

    /** Stands for the branch of snapshots that were left by every branch. */
    static final String DETACHED = "";

    private static final Comparator<Snapshot> OLDEST_FIRST =
            Comparator.comparingLong(Snapshot::sequenceNumber).thenComparingLong(Snapshot::timestampMillis);

    /**
     * One snapshot kept for each stretch of time, up to an age.
     *
     * @param window the greatest age of a moment that can still be travelled to at this spacing
     * @param spacing the length of a slot
     */
    public record Step(Duration window, Duration spacing) {
        /** Refuses slots of no length, and windows shorter than one slot. */
        public Step {
            if (spacing.toMillis() < 1 || window.compareTo(spacing) < 0) {
                throw new IllegalArgumentException(
                        "No history keeps one snapshot per %s for %s".formatted(spacing, window));
            }
        }

        private long slot(Snapshot snapshot) {
            return Math.floorDiv(snapshot.timestampMillis(), spacing.toMillis());
        }

        /** One slot more than the window, because a moment is answered by the slot before its own. */
        private boolean covers(Snapshot snapshot, Instant now) {
            long slotEnd = (slot(snapshot) + 1) * spacing.toMillis();
            return now.toEpochMilli() - slotEnd < window.toMillis() + spacing.toMillis();
        }
    }

    /** Refuses a negative number of snapshots. */
    public HistoryPolicy {
        steps = List.copyOf(steps);
        if (newest < 0 || newestWindow.isNegative() || all.isNegative()) {
            throw new IllegalArgumentException("No history keeps %d snapshots for %s".formatted(newest, newestWindow));
        }
    }

    /** Returns the snapshots that may be removed, where parent links alone tell the branch of a snapshot. */
    public Set<Long> expendable(TableMetadata metadata, Instant now) {
        Map<Long, Set<String>> detached = metadata.snapshots().stream()
                .collect(Collectors.toMap(Snapshot::snapshotId, snapshot -> Set.of(DETACHED)));
        return expendable(metadata, now, detached);
    }

    /**
     * Returns the snapshots that may be removed.
     *
     * @param branches the branches whose history each snapshot is part of, as a log of commits tells: thinning cuts parent
     *     links. None, {@link #DETACHED}, or a branch that is gone, for one that was left; without an entry, it never was
     *     on a branch unless parent links say so
     */
    public Set<Long> expendable(TableMetadata metadata, Instant now, Map<Long, Set<String>> branches) {
        Set<Long> kept = new HashSet<>();
        metadata.refs().values().forEach(ref -> kept.add(ref.snapshotId()));
        Map<String, List<Snapshot>> lineages = lineages(metadata, branches);
        Set<Long> known = new HashSet<>();
        lineages.forEach((branch, history) -> {
            history.forEach(snapshot -> known.add(snapshot.snapshotId()));
            keepNewest(history, newest, now.minus(newestWindow), kept);
            keepNewest(history, Integer.MAX_VALUE, now.minus(all), kept);
            steps.forEach(step -> keepOnePerSlot(step, history, now, kept));
            keepAsIcebergAsks(metadata, branch, history, now, kept);
        });
        return metadata.snapshots().stream()
                .map(Snapshot::snapshotId)
                .filter(id -> known.contains(id) && !kept.contains(id))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static void keepNewest(List<Snapshot> history, int most, Instant oldest, Set<Long> kept) {
        history.stream()
                .skip(Math.max(0, history.size() - most))
                .filter(snapshot -> snapshot.timestampMillis() >= oldest.toEpochMilli())
                .forEach(snapshot -> kept.add(snapshot.snapshotId()));
    }

    private static void keepAsIcebergAsks(
            TableMetadata metadata, String branch, List<Snapshot> history, Instant now, Set<Long> kept) {
        SnapshotRef ref = metadata.ref(branch);
        Optional<Integer> least = ref == null || ref.minSnapshotsToKeep() == null
                ? property(metadata, TableProperties.MIN_SNAPSHOTS_TO_KEEP).map(Integer::valueOf)
                : Optional.of(ref.minSnapshotsToKeep());
        Optional<Long> age = ref == null || ref.maxSnapshotAgeMs() == null
                ? property(metadata, TableProperties.MAX_SNAPSHOT_AGE_MS).map(Long::valueOf)
                : Optional.of(ref.maxSnapshotAgeMs());
        least.ifPresent(count -> history.stream()
                .skip(Math.max(0, history.size() - count))
                .forEach(snapshot -> kept.add(snapshot.snapshotId())));
        age.ifPresent(millis -> history.stream()
                .filter(snapshot -> now.toEpochMilli() - snapshot.timestampMillis() <= millis)
                .forEach(snapshot -> kept.add(snapshot.snapshotId())));
    }

    private static Optional<String> property(TableMetadata metadata, String name) {
        return Optional.ofNullable(metadata.properties().get(name));
    }

    /** Returns the snapshots of each branch, and those that were left, each the oldest first. */
    private static Map<String, List<Snapshot>> lineages(TableMetadata metadata, Map<Long, Set<String>> branches) {
        Map<Long, Set<String>> found = new HashMap<>();
        branches.forEach((id, names) -> found.put(id, new HashSet<>(names)));
        metadata.refs().forEach((name, ref) -> follow(metadata, name, ref, found));
        Map<String, List<Snapshot>> lineages = new HashMap<>();
        metadata.snapshots().stream().sorted(OLDEST_FIRST).forEach(snapshot -> {
            Set<String> names = found.get(snapshot.snapshotId());
            if (names != null) {
                List<String> living =
                        names.stream().filter(name -> isBranch(metadata, name)).toList();
                (living.isEmpty() ? List.of(DETACHED) : living)
                        .forEach(name -> lineages.computeIfAbsent(name, key -> new ArrayList<>())
                                .add(snapshot));
            }
        });
        return lineages;
    }

    private static boolean isBranch(TableMetadata metadata, String name) {
        SnapshotRef ref = metadata.ref(name);
        return ref != null && ref.isBranch();
    }

    private static void follow(TableMetadata metadata, String name, SnapshotRef ref, Map<Long, Set<String>> found) {
        Snapshot snapshot = ref.isBranch() ? metadata.snapshot(ref.snapshotId()) : null;
        Set<Long> seen = new HashSet<>();
        while (snapshot != null && seen.add(snapshot.snapshotId())) {
            found.computeIfAbsent(snapshot.snapshotId(), id -> new HashSet<>()).add(name);
            Long parent = snapshot.parentId();
            snapshot = parent == null ? null : metadata.snapshot(parent);
        }
    }

    private static void keepOnePerSlot(Step step, List<Snapshot> history, Instant now, Set<Long> kept) {
        Map<Long, Long> newestOfSlot = new HashMap<>();
        for (Snapshot snapshot : history) {
            if (step.covers(snapshot, now)) {
                newestOfSlot.put(step.slot(snapshot), snapshot.snapshotId());
            }
        }
        kept.addAll(newestOfSlot.values());
    }
}
