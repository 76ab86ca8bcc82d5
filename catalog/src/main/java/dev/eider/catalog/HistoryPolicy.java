package dev.eider.catalog;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Which snapshots of a table's history may go, so that metadata stays small however often writers commit.
 *
 * <p>The newest snapshots are all kept, older ones one for each slot of time: slots lie on multiples of their length
 * since the epoch, and the newest snapshot of a slot stands for it. So thinning a history often leaves the same
 * snapshots as thinning it once. Branch heads and tagged snapshots always stay, and as many ancestors of a branch's head
 * as its {@code min-snapshots-to-keep} says. Branches are thinned apart from each other.
 *
 * <p>Immutable; decides from its arguments alone.
 *
 * @param steps how far apart the kept snapshots are, for each age; a snapshot stays if any step keeps it
 * @param newest how many of the newest snapshots are kept besides
 * @param newestWindow the age up to which they are
 */
public record HistoryPolicy(List<Step> steps, int newest, Duration newestWindow) {
    /** At most about 450 snapshots: 100 of the last minutes, then one a minute, a quarter of an hour, an hour. */
    public static final HistoryPolicy DEFAULT = new HistoryPolicy(
            List.of(
                    new Step(Duration.ofHours(2), Duration.ofMinutes(1)),
                    new Step(Duration.ofHours(24), Duration.ofMinutes(15)),
                    new Step(Duration.ofDays(7), Duration.ofHours(1))),
            100,
            Duration.ofMinutes(5));

    private static final String DETACHED = "";
    private static final Comparator<Snapshot> OLDEST_FIRST =
            Comparator.comparingLong(Snapshot::timestampMillis).thenComparingLong(Snapshot::sequenceNumber);

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

    /** Copies the steps, and refuses a negative number of snapshots. */
    public HistoryPolicy {
        steps = List.copyOf(steps);
        if (newest < 0 || newestWindow.isNegative()) {
            throw new IllegalArgumentException("No history keeps %d snapshots for %s".formatted(newest, newestWindow));
        }
    }

    /**
     * Returns the snapshots that may be removed, where parent links alone tell the branch of a snapshot.
     *
     * <p>Snapshots that no branch leads to, be they rolled back or cut off by earlier thinning, are thinned together.
     */
    public Set<Long> expendable(TableMetadata metadata, Instant now) {
        return expendable(metadata, now, Map.of());
    }

    /**
     * Returns the snapshots that may be removed.
     *
     * @param branches the branch on which each snapshot was committed, as far as it is known; thinning cuts parent
     *     links, so that only a log of the commits tells the branches of old snapshots apart
     */
    public Set<Long> expendable(TableMetadata metadata, Instant now, Map<Long, String> branches) {
        List<Snapshot> history =
                metadata.snapshots().stream().sorted(OLDEST_FIRST).toList();
        Set<Long> kept = referenced(metadata);
        keepNewest(history, now, kept);
        Map<Long, String> lineages = lineages(metadata, branches);
        for (Step step : steps) {
            keepOnePerSlot(step, history, now, lineages, kept);
        }
        return history.stream()
                .map(Snapshot::snapshotId)
                .filter(id -> !kept.contains(id))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Set<Long> referenced(TableMetadata metadata) {
        Set<Long> kept = new HashSet<>();
        for (SnapshotRef ref : metadata.refs().values()) {
            kept.add(ref.snapshotId());
            Integer least = ref.minSnapshotsToKeep();
            Snapshot ancestor = metadata.snapshot(ref.snapshotId());
            for (int i = 0; least != null && i < least && ancestor != null; i++) {
                kept.add(ancestor.snapshotId());
                ancestor = parent(metadata, ancestor);
            }
        }
        return kept;
    }

    private void keepNewest(List<Snapshot> history, Instant now, Set<Long> kept) {
        long oldest = now.minus(newestWindow).toEpochMilli();
        history.stream()
                .skip(Math.max(0, history.size() - newest))
                .filter(snapshot -> snapshot.timestampMillis() >= oldest)
                .forEach(snapshot -> kept.add(snapshot.snapshotId()));
    }

    private static Map<Long, String> lineages(TableMetadata metadata, Map<Long, String> branches) {
        Map<Long, String> lineages = new HashMap<>(branches);
        follow(metadata, SnapshotRef.MAIN_BRANCH, lineages, branches);
        metadata.refs().keySet().stream().sorted().forEach(ref -> follow(metadata, ref, lineages, branches));
        return lineages;
    }

    /** A snapshot that several refs lead to belongs to the first of them. */
    private static void follow(
            TableMetadata metadata, String name, Map<Long, String> lineages, Map<Long, String> branches) {
        SnapshotRef ref = metadata.ref(name);
        if (ref == null || !ref.isBranch()) {
            return;
        }
        Set<Long> seen = new HashSet<>();
        Snapshot snapshot = metadata.snapshot(ref.snapshotId());
        while (snapshot != null && seen.add(snapshot.snapshotId())) {
            String taken = lineages.putIfAbsent(snapshot.snapshotId(), name);
            if (taken != null && !branches.containsKey(snapshot.snapshotId())) {
                return;
            }
            snapshot = parent(metadata, snapshot);
        }
    }

    private static @Nullable Snapshot parent(TableMetadata metadata, Snapshot snapshot) {
        Long parent = snapshot.parentId();
        return parent == null ? null : metadata.snapshot(parent);
    }

    private static void keepOnePerSlot(
            Step step, List<Snapshot> history, Instant now, Map<Long, String> lineages, Set<Long> kept) {
        record Slot(String lineage, long number) {}
        Map<Slot, Long> newestOfSlot = new HashMap<>();
        for (Snapshot snapshot : history) {
            if (step.covers(snapshot, now)) {
                String lineage = lineages.getOrDefault(snapshot.snapshotId(), DETACHED);
                newestOfSlot.put(new Slot(lineage, step.slot(snapshot)), snapshot.snapshotId());
            }
        }
        kept.addAll(newestOfSlot.values());
    }
}
