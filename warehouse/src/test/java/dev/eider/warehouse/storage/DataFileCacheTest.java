package dev.eider.warehouse.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.exceptions.NotFoundException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DataFileCacheTest {
    private static final int KB = 1_000;

    @TempDir
    private Path directory;

    private final ScriptedFiles files = new ScriptedFiles();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<DataFileCache> open = new ArrayList<>();

    @AfterEach
    void close() {
        threads.shutdownNow();
        open.forEach(DataFileCache::close);
    }

    private DataFileCache cache(long capacity) {
        return cache(capacity, Duration.ofSeconds(30));
    }

    private DataFileCache cache(long capacity, Duration roomTimeout) {
        DataFileCache cache =
                new DataFileCache(CacheDirectory.open(directory), capacity, new Downloads(files), roomTimeout);
        open.add(cache);
        return cache;
    }

    private void restart() {
        open.forEach(DataFileCache::close);
        open.clear();
    }

    @Test
    void fetchesAFileOnceHoweverManyAskForIt() throws Exception {
        StoredFile file = files.file("a", 100 * KB);
        DataFileCache cache = cache(1_000 * KB);
        CountDownLatch gate = new CountDownLatch(1);
        files.beforeRead(() -> pass(gate));

        List<Future<Boolean>> readers = IntStream.range(0, 8)
                .mapToObj(reader -> threads.submit(() -> isRead(cache, file)))
                .toList();
        await().until(() -> cache.counts().hits() == 7 && files.reads(file) == 1);
        gate.countDown();

        for (Future<Boolean> reader : readers) {
            assertThat(reader.get()).isTrue();
        }
        assertThat(files.reads(file)).isEqualTo(1);
        assertThat(cache.counts()).isEqualTo(new CacheCounts(7, 700 * KB, 1, 100 * KB, 0, 1, 100 * KB));
    }

    @Test
    void makesRoomByWhatWasReadLongestAgo() {
        DataFileCache cache = cache(30 * KB);
        StoredFile a = files.file("a", 10 * KB);
        StoredFile b = files.file("b", 10 * KB);
        StoredFile c = files.file("c", 10 * KB);
        StoredFile d = files.file("d", 10 * KB);
        for (StoredFile file : List.of(a, b, c, a, d)) {
            assertThat(isRead(cache, file)).isTrue();
        }

        assertThat(cache.counts().evictions()).isEqualTo(1);
        assertThat(cache.counts().bytes()).isEqualTo(30 * KB);
        assertThat(isRead(cache, a)).isTrue();
        assertThat(files.reads(a)).isEqualTo(1);
        assertThat(isRead(cache, b)).isTrue();
        assertThat(files.reads(b)).isEqualTo(2);
        assertThat(onDisk()).isEqualTo(30 * KB);
    }

    @Test
    void readsSeveralFilesAtOnceAndLongOnesInRanges() {
        DataFileCache cache = cache(100_000 * KB);
        List<StoredFile> all = List.of(
                files.file("empty", 0),
                files.file("one", 1),
                files.file("range", 8 << 20),
                files.file("long", 20_000_001));

        try (HeldFiles held = cache.hold(all, () -> false)) {
            assertThat(all).allMatch(file -> isWhole(held, file));
            assertThatThrownBy(() -> held.path("s3://bucket/other")).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(files.reads(all.get(3))).isEqualTo(3);
    }

    @Test
    void keepsNothingLongerThanItIsReadWithoutCapacity() {
        DataFileCache cache = cache(0);
        StoredFile file = files.file("a", 100 * KB);

        try (HeldFiles held = cache.hold(List.of(file), () -> false)) {
            assertThat(isWhole(held, file)).isTrue();
        }

        assertThat(onDisk()).isZero();
        assertThat(cache.counts().files()).isZero();
        assertThat(isRead(cache, file)).isTrue();
        assertThat(files.reads(file)).isEqualTo(2);
    }

    @Test
    void refusesToReadMoreAtOnceThanItKeeps() {
        DataFileCache cache = cache(100 * KB);
        List<StoredFile> all = List.of(files.file("a", 60 * KB), files.file("b", 60 * KB));

        EiderException failure = catchThrowableOfType(EiderException.class, () -> cache.hold(all, () -> false));

        assertThat(failure).hasMessageContainingAll("120000", "100000", "storage.cache.size");
        assertThat(failure.code()).isEqualTo(ErrorCode.TOO_LARGE);
        assertThat(cache.counts().files()).isZero();
    }

    @Test
    void waitsForRoomUntilOthersHaveRead() throws Exception {
        DataFileCache cache = cache(100 * KB);
        StoredFile first = files.file("a", 60 * KB);
        StoredFile second = files.file("b", 60 * KB);
        Future<Boolean> waiting;
        try (HeldFiles held = cache.hold(List.of(first), () -> false)) {
            CountDownLatch asked = new CountDownLatch(3);
            waiting = threads.submit(() -> {
                try (HeldFiles late = cache.hold(List.of(second), () -> {
                    asked.countDown();
                    return false;
                })) {
                    return isWhole(late, second);
                }
            });
            pass(asked);
            assertThat(isWhole(held, first)).isTrue();
            assertThat(files.reads(second)).isZero();
        }

        assertThat(waiting.get()).isTrue();
        assertThat(onDisk()).isEqualTo(60 * KB);
    }

    @Test
    void saysThatItIsOverloadedWhereNoRoomComes() {
        DataFileCache cache = cache(100 * KB, Duration.ofMillis(100));
        StoredFile first = files.file("a", 60 * KB);
        StoredFile second = files.file("b", 60 * KB);

        try (HeldFiles held = cache.hold(List.of(first), () -> false)) {
            EiderException failure =
                    catchThrowableOfType(EiderException.class, () -> cache.hold(List.of(second), () -> false));

            assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
            assertThat(failure).hasMessageContainingAll("60000", "100000", "try again");
            assertThat(isWhole(held, first)).isTrue();
        }
        assertThat(isRead(cache, second)).isTrue();
    }

    @Test
    void givesUpWaitingForRoomWhenTheQueryIsCancelled() {
        DataFileCache cache = cache(100 * KB);
        StoredFile first = files.file("a", 60 * KB);

        try (HeldFiles held = cache.hold(List.of(first), () -> false)) {
            assertThat(isWhole(held, first)).isTrue();
            assertThat(failureOf(() -> cache.hold(List.of(files.file("b", 60 * KB)), () -> true)))
                    .isEqualTo(ErrorCode.CANCELLED);
        }
    }

    @Test
    void endsAFetchThatNobodyWaitsForAndBeginsItAnew() throws Exception {
        DataFileCache cache = cache(100_000 * KB);
        // More ranges than threads.
        StoredFile file = files.file("a", 100 << 20 >> 1);
        CountDownLatch gate = new CountDownLatch(1);
        AtomicBoolean cancelled = new AtomicBoolean();
        files.beforeRead(() -> pass(gate));
        Future<?> reader = threads.submit(() -> cache.hold(List.of(file), cancelled::get));
        await().until(() -> files.reads(file) > 0);

        cancelled.set(true);
        assertThatThrownBy(reader::get)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("The query was cancelled");
        Future<Boolean> second = threads.submit(() -> isRead(cache, file));
        await().until(() -> cache.counts().misses() == 2);
        gate.countDown();

        assertThat(second.get()).isTrue();
        assertThat(cache.counts().bytes()).isEqualTo(file.bytes());
        await().untilAsserted(() -> assertThat(names("0/partial")).isEmpty());
        assertThat(onDisk()).isEqualTo(file.bytes());
    }

    @Test
    void findsItsCopiesAgainAfterARestart() {
        StoredFile old = files.file("a", 10 * KB);
        StoredFile young = files.file("b", 10 * KB);
        DataFileCache first = cache(100 * KB);
        assertThat(isRead(first, old) && isRead(first, young)).isTrue();
        restart();

        DataFileCache second = cache(15 * KB);
        assertThat(second.counts().bytes()).isEqualTo(10 * KB);
        assertThat(onDisk()).isEqualTo(10 * KB);
        restart();

        DataFileCache third = cache(100 * KB);
        assertThat(isRead(third, old) && isRead(third, young)).isTrue();
        assertThat(files.reads(old) + files.reads(young)).isEqualTo(3);
    }

    @Test
    void trustsNoCopiesThatWereNotWholeAtACrash() throws IOException {
        StoredFile file = files.file("a", 10 * KB);
        DataFileCache first = cache(100 * KB);
        assertThat(isRead(first, file)).isTrue();
        restart();
        Files.write(directory.resolve("0/partial/half"), new byte[500]);
        Files.createDirectories(directory.resolve("0/spool/append/deep"));
        Files.write(directory.resolve("0/spool/append/deep/unsent.parquet"), new byte[500]);

        DataFileCache second = cache(100 * KB);

        assertThat(names("0/partial")).isEmpty();
        assertThat(names("0/spool")).isEmpty();
        assertThat(isRead(second, file)).isTrue();
        assertThat(files.reads(file)).isEqualTo(1);
    }

    @Test
    void trustsNoCopiesOfAnEarlierBoot() throws IOException {
        StoredFile file = files.file("a", 10 * KB);
        DataFileCache first = cache(100 * KB);
        assertThat(isRead(first, file)).isTrue();
        restart();
        Files.writeString(directory.resolve("0/boot"), "another");

        DataFileCache second = cache(100 * KB);

        assertThat(second.counts().files()).isZero();
        assertThat(isRead(second, file)).isTrue();
        assertThat(files.reads(file)).isEqualTo(2);
    }

    @Test
    void sharesItsDirectoryWithNobody() throws Exception {
        try (CacheDirectory first = CacheDirectory.open(directory);
                CacheDirectory second = CacheDirectory.open(directory)) {
            assertThat(first.path()).isEqualTo(directory.toRealPath().resolve("0"));
            assertThat(second.path()).isEqualTo(directory.toRealPath().resolve("1"));
            // Neither is free for another process, whatever this one opened and closed meanwhile.
            assertThat(directoryOfAnotherProcess())
                    .isEqualTo(directory.toRealPath().resolve("2").toString());
        }
        try (CacheDirectory third = CacheDirectory.open(directory)) {
            assertThat(third.path()).isEqualTo(directory.toRealPath().resolve("0"));
        }
    }

    /** Takes a directory, and says which. */
    static final class Other {
        private Other() {}

        public static void main(String[] arguments) {
            try (CacheDirectory taken = CacheDirectory.open(Path.of(arguments[0]))) {
                System.out.println(taken.path());
            }
        }
    }

    private String directoryOfAnotherProcess() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }

    @Test
    void namesTheFileThatItCannotStore() throws IOException {
        DataFileCache cache = cache(100 * KB);
        StoredFile file = files.file("a", 10 * KB);
        CacheDirectory.remove(directory.resolve("0/partial"));
        Files.writeString(directory.resolve("0/partial"), "in the way");

        EiderException failure =
                catchThrowableOfType(EiderException.class, () -> cache.hold(List.of(file), () -> false));

        assertThat(failure).hasMessageContainingAll(file.location(), "cache", "disk");
        assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FAILED);
        assertThat(cache.counts().bytes()).isZero();

        Files.delete(directory.resolve("0/partial"));
        Files.createDirectory(directory.resolve("0/partial"));
        assertThat(isRead(cache, file)).isTrue();
    }

    @Test
    void namesADirectoryThatCannotBeUsed() throws IOException {
        Path taken = Files.writeString(directory.resolve("file"), "x");

        assertThatThrownBy(() -> CacheDirectory.open(taken))
                .isInstanceOf(EiderException.class)
                .hasMessageContainingAll("cache", taken.toString());
    }

    @Test
    void saysThatAFileIsShorterThanItsTableSays() {
        DataFileCache cache = cache(100 * KB);
        StoredFile file = files.file("a", 10 * KB);
        files.truncate(file, 9 * KB);

        assertThatThrownBy(() -> cache.hold(List.of(file), () -> false))
                .isInstanceOf(EiderException.class)
                .hasMessageContainingAll(file.location(), "ended before its 10000 bytes", "4 attempts");
        assertThat(onDisk()).isZero();
    }

    @Test
    void saysThatAFileIsMissingInIcebergsTerms() {
        DataFileCache cache = cache(100 * KB);
        StoredFile missing = files.file("a", 10 * KB);
        StoredFile there = files.file("b", 10 * KB);
        files.remove(missing);

        assertThatThrownBy(() -> cache.hold(List.of(there, missing), () -> false))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining(missing.location());
        // Nothing is held by a read that failed.
        assertThat(isRead(cache, there)).isTrue();
    }

    @Test
    void takesOverWhatWasJustStored() throws IOException {
        DataFileCache cache = cache(100 * KB);
        StoredFile small = files.file("a", 10 * KB);
        StoredFile large = files.file("b", 200 * KB);
        Path first = Files.write(directory.resolve("0/spool/first"), files.content(small));
        Path second = Files.write(directory.resolve("0/spool/second"), files.content(large));

        cache.adopt(small, first);
        cache.adopt(large, second);

        assertThat(isRead(cache, small)).isTrue();
        assertThat(files.reads(small)).isZero();
        assertThat(names("0/spool")).isEmpty();
        assertThat(onDisk()).isEqualTo(10 * KB);
    }

    @Test
    void givesEveryReaderTheRightContentWhileFilesComeAndGo() throws Exception {
        DataFileCache cache = cache(50 * KB);
        List<StoredFile> all = IntStream.range(0, 20)
                .mapToObj(number -> files.file("f" + number, 1_000 + number * 500))
                .toList();
        List<Future<Integer>> readers = new ArrayList<>();
        for (int reader = 0; reader < 6; reader++) {
            Random random = new Random(reader);
            readers.add(threads.submit(() -> {
                int read = 0;
                for (int turn = 0; turn < 100; turn++) {
                    List<StoredFile> some =
                            random.ints(3, 0, all.size()).mapToObj(all::get).toList();
                    boolean leaves = random.nextInt(5) == 0;
                    try (HeldFiles held = cache.hold(some, () -> leaves)) {
                        assertThat(some).allMatch(file -> isWhole(held, file));
                        read++;
                    } catch (EiderException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED);
                    }
                }
                return read;
            }));
        }
        for (Future<Integer> reader : readers) {
            assertThat(reader.get()).isGreaterThan(50);
        }

        CacheCounts counts = cache.counts();
        assertThat(counts.evictions()).isPositive();
        assertThat(counts.bytes()).isLessThanOrEqualTo(50 * KB);
        await().untilAsserted(
                        () -> assertThat(onDisk()).isEqualTo(cache.counts().bytes()));
        await().untilAsserted(() -> assertThat(names("0/partial")).isEmpty());
    }

    private boolean isRead(DataFileCache cache, StoredFile file) {
        try (HeldFiles held = cache.hold(List.of(file), () -> false)) {
            return isWhole(held, file);
        }
    }

    private boolean isWhole(HeldFiles held, StoredFile file) {
        try {
            return Arrays.equals(Files.readAllBytes(held.path(file.location()).orElseThrow()), files.content(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ErrorCode failureOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(EiderException.class, call).code();
    }

    private static void pass(CountDownLatch gate) {
        CompletableFuture<Boolean> passed = CompletableFuture.supplyAsync(() -> {
            try {
                return gate.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        });
        assertThat(passed.join()).isTrue();
    }

    private long onDisk() {
        return names("0/files").stream()
                .mapToLong(path -> path.toFile().length())
                .sum();
    }

    private List<Path> names(String name) {
        try (Stream<Path> listing = Files.list(directory.resolve(name))) {
            return listing.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
