package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.junit.jupiter.api.Test;

class HistoryPolicyTest {
    private static final Instant START = Instant.parse("2020-01-01T00:00:00Z");

    @Test
    void keepsOneSnapshotForEachStepHoweverOftenItThins() {
        Random random = new Random(20);
        TableMetadata metadata = table();
        List<Instant> commits = new ArrayList<>();
        Instant now = START;
        while (now.isBefore(START.plus(Duration.ofHours(27)))) {
            List<Instant> next = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                now = now.plusMillis(500 + random.nextInt(1000));
                next.add(now);
            }
            metadata = appended(metadata, "main", commits.size(), next);
            commits.addAll(next);
            metadata = thinned(metadata, now);
            assertThat(metadata.snapshots()).hasSizeLessThan(500);
        }

        assertThat(times(metadata)).containsAll(keptAtOnce(commits, now));
        assertNoGap(metadata, now, Duration.ofHours(2), Duration.ofMinutes(1));
        assertNoGap(metadata, now, Duration.ofHours(24), Duration.ofMinutes(15));
        assertNoGap(metadata, now, Duration.ofHours(27), Duration.ofHours(1));
    }

    @Test
    void aWeekOfCommitsLeavesAboutFourHundredAndFiftySnapshots() {
        TableMetadata metadata = table();
        Instant now = START;
        for (int round = 0; round < 8 * 24 * 4; round++) {
            List<Instant> next = new ArrayList<>();
            for (int i = 0; i < 90; i++) {
                now = now.plusSeconds(10);
                next.add(now);
            }
            metadata = thinned(appended(metadata, "main", round * 90, next), now);
            assertThat(metadata.snapshots()).hasSizeLessThan(500);
        }

        assertThat(metadata.snapshots()).hasSizeBetween(350, 460);
        assertNoGap(metadata, now, Duration.ofDays(7), Duration.ofHours(1));
        assertThat(times(metadata).first()).isAfter(now.minus(Duration.ofDays(7).plusHours(3)));
    }

    @Test
    void keepsTheNewestHundredOfTheLastFiveMinutes() {
        TableMetadata metadata = appended(table(), "main", 0, every(Duration.ofMillis(100), 400));
        Instant now = START.plusSeconds(40);

        Set<Long> expendable = HistoryPolicy.DEFAULT.expendable(metadata, now);

        assertThat(expendable).isEqualTo(ids(1, 300));
    }

    @Test
    void tagsAndBranchHeadsNeverGo() {
        TableMetadata metadata = appended(table(), "main", 0, every(Duration.ofMillis(100), 400));
        metadata = TableMetadata.buildFrom(metadata)
                .setRef("release", SnapshotRef.tagBuilder(5).build())
                .setRef("work", SnapshotRef.branchBuilder(9).build())
                .build();

        Set<Long> expendable = HistoryPolicy.DEFAULT.expendable(metadata, START.plus(Duration.ofDays(400)));

        assertThat(expendable).hasSize(397).doesNotContain(5L, 9L, 400L);
    }

    @Test
    void keepsAsManyAncestorsAsABranchAsksFor() {
        TableMetadata metadata = appended(table(), "main", 0, every(Duration.ofMillis(100), 400));
        metadata = TableMetadata.buildFrom(metadata)
                .setRef(
                        "main",
                        SnapshotRef.branchBuilder(400).minSnapshotsToKeep(250).build())
                .build();

        Set<Long> expendable = HistoryPolicy.DEFAULT.expendable(metadata, START.plus(Duration.ofDays(400)));

        assertThat(expendable).isEqualTo(ids(1, 150));
    }

    @Test
    void branchesAreThinnedApart() {
        TableMetadata metadata = appended(table(), "main", 0, List.of(START));
        metadata = appended(metadata, "work", 1, List.of(START.plusSeconds(10), START.plusSeconds(20)));
        metadata = appended(metadata, "main", 3, List.of(START.plusSeconds(30), START.plusSeconds(90)));
        metadata = appended(metadata, "work", 5, List.of(START.plusSeconds(100)));

        assertThat(HistoryPolicy.DEFAULT.expendable(metadata, START.plus(Duration.ofHours(1))))
                .containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void aLogOfCommitsTellsBranchesApartWhoseLinksAreCut() {
        TableMetadata metadata = appended(table(), "main", 0, List.of(START, START.plusSeconds(70)));
        metadata = appended(metadata, "work", 2, List.of(START.plusSeconds(71), START.plusSeconds(130)));
        metadata = appended(metadata, "main", 4, List.of(START.plusSeconds(131), START.plusSeconds(200)));
        metadata = appended(metadata, "work", 6, List.of(START.plusSeconds(201)));
        TableMetadata cut = TableMetadata.buildFrom(metadata)
                .removeSnapshots(List.of(4L, 5L))
                .build();
        Map<Long, Set<String>> log = Map.of(1L, Set.of("main"), 2L, Set.of("main"), 3L, Set.of("work"));

        assertThat(HistoryPolicy.DEFAULT.expendable(cut, START.plus(Duration.ofHours(1)), log))
                .isEmpty();
        assertThat(HistoryPolicy.DEFAULT.expendable(cut, START.plus(Duration.ofHours(1))))
                .containsExactly(2L);
    }

    @Test
    void aBranchThatCommitsOftenTakesNoSlotOfAnother() {
        TableMetadata metadata = appended(table(), "main", 0, every(Duration.ofSeconds(30), 5));
        Map<Long, Set<String>> log = new HashMap<>();
        LongStream.rangeClosed(1, 5).forEach(id -> log.put(id, Set.of("main")));
        for (long i = 5; i < 1_000; i++) {
            metadata = appended(metadata, "work", i, List.of(START.plusSeconds(150 + i)));
            log.put(i + 1, Set.of("work"));
        }

        assertThat(HistoryPolicy.DEFAULT.expendable(metadata, START.plusSeconds(1_200), log))
                .contains(1L, 3L)
                .doesNotContain(2L, 4L, 5L);
    }

    @Test
    void stagedSnapshotsStayUntilTheyAreOnABranch() {
        TableMetadata metadata = appended(table(), "main", 0, every(Duration.ofSeconds(1), 5));
        metadata = TableMetadata.buildFrom(metadata)
                .addSnapshot(SnapshotParser.fromJson(
                        """
                        {"snapshot-id": 99, "parent-snapshot-id": 5, "sequence-number": 6, "timestamp-ms": %d,
                         "summary": {"operation": "append", "wap.id": "audit"}, "schema-id": 0,
                         "manifest-list": "memory://t/99.avro"}"""
                                .formatted(START.plusSeconds(5).toEpochMilli())))
                .build();
        Instant muchLater = START.plus(Duration.ofDays(400));

        assertThat(HistoryPolicy.DEFAULT.expendable(metadata, muchLater, Map.of()))
                .isEqualTo(ids(1, 4));
        assertThat(HistoryPolicy.DEFAULT.expendable(metadata, muchLater, Map.of(99L, Set.of(HistoryPolicy.DETACHED))))
                .contains(99L);
    }

    @Test
    void keepsWhatIcebergsOwnPropertiesAskFor() {
        TableMetadata metadata = appended(table(), "main", 0, every(Duration.ofSeconds(1), 400));
        Instant muchLater = START.plus(Duration.ofDays(400));

        assertThat(HistoryPolicy.DEFAULT.expendable(
                        with(metadata, "history.expire.min-snapshots-to-keep", "250"), muchLater))
                .isEqualTo(ids(1, 150));
        assertThat(HistoryPolicy.DEFAULT.expendable(
                        with(metadata, "history.expire.max-snapshot-age-ms", "100000"), START.plusSeconds(399)))
                .isSubsetOf(ids(1, 299));
        SnapshotRef keepsLong = SnapshotRef.branchBuilder(400)
                .maxSnapshotAgeMs(Duration.ofDays(500).toMillis())
                .build();
        assertThat(HistoryPolicy.DEFAULT.expendable(
                        TableMetadata.buildFrom(metadata)
                                .setRef("main", keepsLong)
                                .build(),
                        muchLater))
                .isEmpty();
    }

    private static TableMetadata with(TableMetadata metadata, String property, String value) {
        return TableMetadata.buildFrom(metadata)
                .setProperties(Map.of(property, value))
                .build();
    }

    @Test
    void aPolicyIsReadFromText() {
        assertThat(HistoryRule.parse("newest 100 in 5m, 1m for 2h, 15m for 24h, 1h for 7d"))
                .isEqualTo(HistoryPolicy.DEFAULT);
        assertThat(HistoryRule.parse("keep")).isEqualTo(HistoryPolicy.KEEP);
        assertThat(HistoryRule.parse("all for 90s"))
                .isEqualTo(new HistoryPolicy(List.of(), 0, Duration.ZERO, Duration.ofSeconds(90)));
        for (String wrong : List.of("", "1m", "1m for 1s", "0s for 1h", "newest -1 in 5m", "all for ever", "keep,")) {
            assertThatThrownBy(() -> HistoryRule.parse(wrong))
                    .isInstanceOf(EiderException.class)
                    .hasMessageContaining("\"" + wrong + "\" is no history policy");
        }
    }

    @Test
    void everySnapshotOfAStatedAgeStays() {
        TableMetadata metadata = appended(table(), "main", 0, every(Duration.ofSeconds(1), 400));

        assertThat(HistoryRule.parse("all for 100s").expendable(metadata, START.plusSeconds(399)))
                .isEqualTo(ids(1, 299));
        assertThat(HistoryPolicy.KEEP.expendable(metadata, START.plus(Duration.ofDays(4_000))))
                .isEmpty();
    }

    @Test
    void anEmptyHistoryHasNothingToGive() {
        assertThat(HistoryPolicy.DEFAULT.expendable(table(), START)).isEmpty();
    }

    @Test
    void refusesSlotsOfNoLength() {
        assertThatThrownBy(() -> new HistoryPolicy.Step(Duration.ofHours(1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertNoGap(TableMetadata metadata, Instant now, Duration window, Duration step) {
        TreeSet<Instant> kept = times(metadata);
        Instant first = now.minus(window).plusSeconds(1);
        for (Instant moment = first; moment.isBefore(now); moment = moment.plusSeconds(17)) {
            if (moment.isAfter(START.plus(Duration.ofHours(2)))) {
                Instant found = kept.floor(moment);
                // The newest commit before a slot began may be as old as two commits are apart.
                assertThat(found).as("at %s", moment).isNotNull().isAfterOrEqualTo(moment.minus(step.plusSeconds(10)));
            }
        }
    }

    private static TreeSet<Instant> keptAtOnce(List<Instant> commits, Instant now) {
        TreeSet<Instant> all = new TreeSet<>(commits);
        TreeSet<Instant> kept = new TreeSet<>(commits.subList(commits.size() - 100, commits.size()));
        for (HistoryPolicy.Step step : HistoryPolicy.DEFAULT.steps()) {
            long spacing = step.spacing().toMillis();
            Instant oldest = now.minus(step.window());
            for (Instant commit : all.tailSet(oldest)) {
                Instant next = all.higher(commit);
                if (next == null || next.toEpochMilli() / spacing > commit.toEpochMilli() / spacing) {
                    kept.add(commit);
                }
            }
        }
        return kept;
    }

    private static TableMetadata table() {
        return TableMetadata.newTableMetadata(
                TestCatalog.SCHEMA, PartitionSpec.unpartitioned(), "memory://t", Map.of("format-version", "2"));
    }

    private static TableMetadata thinned(TableMetadata metadata, Instant now) {
        return TableMetadata.buildFrom(metadata)
                .removeSnapshots(HistoryPolicy.DEFAULT.expendable(metadata, now))
                .discardChanges()
                .build();
    }

    private static List<Instant> every(Duration interval, int count) {
        return LongStream.range(0, count)
                .mapToObj(i -> START.plus(interval.multipliedBy(i)))
                .toList();
    }

    private static TableMetadata appended(TableMetadata base, String branch, long before, List<Instant> times) {
        TableMetadata.Builder builder = TableMetadata.buildFrom(base);
        SnapshotRef head = base.ref(branch) == null ? base.ref("main") : base.ref(branch);
        Long parent = head == null ? null : (Long) head.snapshotId();
        long id = before;
        Snapshot last = null;
        for (Instant time : times) {
            id++;
            last = SnapshotParser.fromJson(("{\"snapshot-id\": %d, \"sequence-number\": %d, \"timestamp-ms\": %d,"
                            + "%s \"summary\": {\"operation\": \"append\"}, \"schema-id\": 0,"
                            + " \"manifest-list\": \"memory://t/%d.avro\"}")
                    .formatted(
                            id,
                            id,
                            time.toEpochMilli(),
                            parent == null ? "" : "\"parent-snapshot-id\": " + parent + ",",
                            id));
            builder.addSnapshot(last);
            parent = id;
        }
        return builder.setRef(branch, SnapshotRef.branchBuilder(id).build())
                .discardChanges()
                .build();
    }

    private static TreeSet<Instant> times(TableMetadata metadata) {
        return metadata.snapshots().stream()
                .map(snapshot -> Instant.ofEpochMilli(snapshot.timestampMillis()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<Long> ids(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().collect(Collectors.toSet());
    }
}
