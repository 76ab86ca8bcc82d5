package dev.eider.warehouse.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import dev.eider.warehouse.storage.StorageConfig.Reads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BucketReadsTest {
    private static final int MB = 1 << 20;

    @TempDir
    private Path directory;

    private final ScriptedFiles files = new ScriptedFiles();
    private DataFileCache cache;
    private BucketReads reads;

    private void open(Reads how, long capacity) {
        cache = new DataFileCache(
                CacheDirectory.open(directory), capacity, new Downloads(files), Duration.ofSeconds(30));
        reads = new BucketReads(new CacheConfig(directory, capacity, how), cache);
    }

    @AfterEach
    void close() {
        reads.close();
        cache.close();
    }

    @Test
    void bringsSmallFilesHereAtOnce() {
        open(Reads.AUTO, 100 * MB);
        List<StoredFile> small = List.of(files.file("a", 5 * MB), files.file("b", 5 * MB));

        assertThat(here(small)).containsExactly(true, true);
    }

    @Test
    void fetchesALargeFileWhenItIsReadASecondTime() {
        open(Reads.AUTO, 100 * MB);
        List<StoredFile> large = List.of(files.file("a", 20 * MB));
        List<StoredFile> both = List.of(large.get(0), files.file("b", 20 * MB));

        assertThat(here(large)).containsExactly(false);
        assertThat(files.reads(large.get(0))).isZero();
        assertThat(here(both)).containsExactly(false, false);
        await().until(() -> cache.counts().files() == 1);
        assertThat(here(both)).containsExactly(true, false);
        await().untilAsserted(() -> assertThat(here(both)).containsExactly(true, true));
    }

    @Test
    void waitsForNoFileThatIsOnItsWay() {
        open(Reads.AUTO, 100 * MB);
        List<StoredFile> large = List.of(files.file("a", 20 * MB));
        CountDownLatch gate = new CountDownLatch(1);
        files.beforeRead(() -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });

        for (int read = 0; read < 5; read++) {
            assertThat(here(large)).containsExactly(false);
        }
        gate.countDown();
        await().until(() -> here(large).get(0));
        assertThat(cache.counts().misses()).isEqualTo(1);
    }

    @Test
    void leavesScansWhereTheyAreThatTheCacheCannotHold() {
        open(Reads.AUTO, 30 * MB);
        StoredFile known = files.file("known", 10 * MB);
        assertThat(here(List.of(known))).containsExactly(true);
        List<StoredFile> huge = List.of(known, files.file("a", 20 * MB), files.file("b", 20 * MB));

        for (int read = 0; read < 3; read++) {
            assertThat(here(huge)).containsExactly(true, false, false);
        }
        assertThat(cache.counts().misses()).isEqualTo(1);
    }

    @Test
    void leavesSmallFilesWhereTheyAreWhileOthersTakeAllRoom() {
        open(Reads.AUTO, 20 * MB);
        List<StoredFile> first = List.of(files.file("a", 15 * MB));
        List<StoredFile> second = List.of(files.file("b", 10 * MB));

        try (HeldFiles held = reads.hold(first, new Object(), () -> false)) {
            assertThat(held.path(first.get(0).location())).isPresent();
            assertThat(here(second)).containsExactly(false);
        }
        assertThat(here(second)).containsExactly(true);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20 * MB})
    void readsEverythingInItsBucketIfToldTo(int bytes) {
        open(Reads.DIRECT, 100 * MB);
        List<StoredFile> file = List.of(files.file("a", bytes));

        assertThat(Stream.of(1, 2, 3).flatMap(read -> here(file).stream())).containsOnly(false);
        assertThat(cache.counts().misses()).isZero();
    }

    @Test
    void readsEverythingInItsBucketWhereNothingIsKept() {
        open(Reads.AUTO, 0);
        List<StoredFile> file = List.of(files.file("a", 1));

        assertThat(Stream.of(1, 2, 3).flatMap(read -> here(file).stream())).containsOnly(false);
        assertThat(cache.counts().misses()).isZero();
    }

    @Test
    void takesWhatOneQueryReadsTwiceForOnce() {
        open(Reads.AUTO, 100 * MB);
        List<StoredFile> large = List.of(files.file("a", 20 * MB));
        Object query = new Object();

        for (int scan = 0; scan < 3; scan++) {
            assertThat(here(large, query)).containsExactly(false);
        }
        assertThat(cache.counts().misses()).isZero();
        assertThat(here(large)).containsExactly(false);
        await().until(() -> here(large, query).get(0));
    }

    /** Returns which files of a scan are read on this host. */
    private List<Boolean> here(List<StoredFile> scan) {
        return here(scan, new Object());
    }

    private List<Boolean> here(List<StoredFile> scan, Object query) {
        try (HeldFiles held = reads.hold(scan, query, () -> false)) {
            return scan.stream()
                    .map(file -> held.path(file.location()).isPresent())
                    .toList();
        }
    }
}
