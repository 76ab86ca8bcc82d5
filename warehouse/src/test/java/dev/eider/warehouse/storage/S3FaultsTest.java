package dev.eider.warehouse.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.storage.S3FaultProxy.Request;
import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a bucket behind a network and a server that fail. */
@Timeout(120)
class S3FaultsTest {
    private static final AtomicInteger BUCKETS = new AtomicInteger();
    private static final int ATTEMPTS = 3;
    private static final int SMALL = 100_000;
    /** Three parts, and three ranges. */
    private static final int LARGE = 20_000_000;

    private static final S3Fault FAILURE = S3Fault.refusal("500 Internal Server Error", "InternalError");
    private static final S3Fault LATE = S3Fault.delay(Duration.ofMillis(300));

    private static final Predicate<Request> PUT = Request.of("PUT", "");
    private static final Predicate<Request> PART = Request.of("PUT", "partNumber=2");
    private static final Predicate<Request> BEGIN = Request.of("POST", "uploads");
    private static final Predicate<Request> END = Request.of("POST", "uploadId");
    private static final Predicate<Request> GET = Request.of("GET", "/t/");

    @TempDir
    private Path directory;

    private final S3Server server = S3Server.shared();
    private final String bucket = "faults-" + BUCKETS.incrementAndGet();
    private final String prefix = "s3://" + bucket + "/";
    private S3FaultProxy proxy;
    private Storage storage;
    private Secrets secrets;

    @BeforeEach
    void open() {
        secrets = Secrets.watch();
        server.createBucket(bucket);
        proxy = S3FaultProxy.before(server);
        storage = Storage.open(config(), FileSync.FULL);
        proxy.forgetRequests();
    }

    @AfterEach
    void close() {
        try (Secrets log = secrets;
                S3FaultProxy middle = proxy) {
            assertThat(List.of(log, middle)).doesNotContainNull();
            storage.close();
        }
    }

    private StorageConfig config() {
        S3Config all = proxy.config();
        S3Config impatient = new S3Config(
                all.endpoint(),
                all.region(),
                all.pathStyle(),
                all.credentials(),
                Optional.empty(),
                all.encryption(),
                all.partBytes(),
                ATTEMPTS);
        return new StorageConfig(
                "s3://" + bucket, List.of(), impatient, new CacheConfig(directory.resolve("cache"), 1L << 30));
    }

    static Stream<Arguments> faultsThatPass() {
        return Stream.of(
                Arguments.of("503 of a file", SMALL, PUT, S3Fault.SLOW_DOWN),
                Arguments.of("500 of a file", SMALL, PUT, FAILURE),
                Arguments.of("reset of a file", SMALL, PUT, S3Fault.RESET),
                Arguments.of("lost reply of a file", SMALL, PUT, S3Fault.LOST_REPLY),
                Arguments.of("late reply of a file", SMALL, PUT, LATE),
                Arguments.of("500 of a beginning", LARGE, BEGIN, FAILURE),
                Arguments.of("lost reply of a beginning", LARGE, BEGIN, S3Fault.LOST_REPLY),
                Arguments.of("503 of a part", LARGE, PART, S3Fault.SLOW_DOWN),
                Arguments.of("reset of a part", LARGE, PART, S3Fault.RESET),
                Arguments.of("lost reply of a part", LARGE, PART, S3Fault.LOST_REPLY),
                Arguments.of("500 of an end", LARGE, END, FAILURE),
                Arguments.of("reset of an end", LARGE, END, S3Fault.RESET),
                Arguments.of("lost reply of an end", LARGE, END, S3Fault.LOST_REPLY));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsThatPass")
    void storesAFileDespite(String name, int bytes, Predicate<Request> which, S3Fault fault) throws IOException {
        byte[] content = content(bytes);
        proxy.fail(which, 1, fault);

        try (DataFilePlace place = storage.place(prefix + "t/a")) {
            place.store(List.of(Files.write(place.directory().resolve("a-0.parquet"), content)));
        }

        assertThat(stored("t/a-0.parquet")).isEqualTo(content);
        assertThat(proxy.count(which)).as("requests of " + name).isBetween(1L, (long) ATTEMPTS);
        assertThat(spool()).isEmpty();
    }

    static Stream<Arguments> faultsThatStay() {
        return Stream.of(
                Arguments.of("PutObject", "a 503", SMALL, PUT, S3Fault.SLOW_DOWN),
                Arguments.of("PutObject", "a reset", SMALL, PUT, S3Fault.RESET),
                Arguments.of(
                        "PutObject",
                        "a refusal",
                        SMALL,
                        PUT,
                        S3Fault.refusal("403 Forbidden", "SignatureDoesNotMatch")),
                Arguments.of("CreateMultipartUpload", "a 500", LARGE, BEGIN, FAILURE),
                Arguments.of("PutObject", "a page", SMALL, PUT, S3Fault.HTML),
                Arguments.of("CreateMultipartUpload", "a page", LARGE, BEGIN, S3Fault.HTML),
                Arguments.of("UploadPart", "a 500", LARGE, PART, FAILURE),
                Arguments.of("UploadPart", "a lost reply", LARGE, PART, S3Fault.LOST_REPLY),
                Arguments.of("CompleteMultipartUpload", "a 500", LARGE, END, FAILURE),
                Arguments.of("CompleteMultipartUpload", "a reset", LARGE, END, S3Fault.RESET));
    }

    @ParameterizedTest(name = "{1} of each {0}")
    @MethodSource("faultsThatStay")
    void leavesNothingBehindAfter(String operation, String name, int bytes, Predicate<Request> which, S3Fault fault) {
        proxy.failAlways(which, fault);

        EiderException failure = catchThrowableOfType(EiderException.class, () -> storeOrDiscard("t/a", bytes));

        assertThat(failure)
                .isNotNull()
                .hasMessageContaining(operation + " of " + prefix + "t/a-0.parquet failed")
                .satisfies(Secrets::assertNoneIn);
        assertThat(failure.code())
                .isEqualTo(fault == S3Fault.SLOW_DOWN ? ErrorCode.OVERLOADED : ErrorCode.STORAGE_FAILED);
        assertThat(proxy.count(which)).as("requests of " + name).isBetween(1L, (long) ATTEMPTS);
        assertThat(objects()).isEmpty();
        assertThat(storage.unfinishedUploads().below("s3://" + bucket)).isEmpty();
        assertThat(spool()).isEmpty();
    }

    private void storeOrDiscard(String name, int bytes) throws IOException {
        try (DataFilePlace place = storage.place(prefix + name)) {
            try {
                place.store(List.of(Files.write(place.directory().resolve("a-0.parquet"), content(bytes))));
            } catch (IOException | RuntimeException e) {
                place.discard();
                throw e;
            }
        }
    }

    @Test
    void sendsAFileWhileItIsWritten() throws IOException {
        byte[] content = content(LARGE);

        try (DataFilePlace place = storage.place(prefix + "t/a")) {
            Path file = beginToWrite(place, content);
            await().until(() -> proxy.count(Request.of("PUT", "partNumber=1")) == 1);
            Files.write(file, tail(content), StandardOpenOption.APPEND);
            place.store(List.of(file));
        }

        assertThat(stored("t/a-0.parquet")).isEqualTo(content);
        assertThat(spool()).isEmpty();
        assertThat(storage.unfinishedUploads().below("s3://" + bucket)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsThatPass")
    void storesAGrowingFileDespite(String name, int bytes, Predicate<Request> which, S3Fault fault) throws IOException {
        byte[] content = content(bytes);
        proxy.fail(which, 1, fault);

        try (DataFilePlace place = storage.place(prefix + "t/a")) {
            Path file = beginToWrite(place, content);
            Files.write(file, tail(content), StandardOpenOption.APPEND);
            place.store(List.of(file));
        }

        assertThat(stored("t/a-0.parquet")).isEqualTo(content);
        assertThat(spool()).isEmpty();
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("partsThatFail")
    void sendsAFileAnewWhoseUploadFailedWhileItWasWritten(Predicate<Request> which, S3Fault fault) throws IOException {
        byte[] content = content(LARGE);
        proxy.fail(which, ATTEMPTS, fault);

        try (DataFilePlace place = storage.place(prefix + "t/a")) {
            Path file = beginToWrite(place, content);
            await().until(() -> proxy.count(which) == ATTEMPTS);
            Files.write(file, tail(content), StandardOpenOption.APPEND);
            place.store(List.of(file));
        }

        assertThat(stored("t/a-0.parquet")).isEqualTo(content);
        assertThat(spool()).isEmpty();
        assertThat(storage.unfinishedUploads().below("s3://" + bucket)).isEmpty();
    }

    static Stream<Arguments> partsThatFail() {
        return Stream.of(
                Arguments.of(Request.of("PUT", "partNumber=1"), FAILURE),
                Arguments.of(Request.of("PUT", "partNumber=1"), S3Fault.SLOW_DOWN),
                Arguments.of(BEGIN, FAILURE));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavesNothingBehindOfAFileThatGrowsNoMore(boolean refused) throws IOException {
        if (refused) {
            proxy.failAlways(PART, FAILURE);
        }
        try (DataFilePlace place = storage.place(prefix + "t/a")) {
            beginToWrite(place, content(2 * LARGE));
            await().until(() -> proxy.count(PART) > 0);
            place.discard();
        }

        assertThat(objects()).isEmpty();
        assertThat(storage.unfinishedUploads().below("s3://" + bucket)).isEmpty();
        assertThat(spool()).isEmpty();
    }

    /** Writes the first two thirds of a file. */
    private static Path beginToWrite(DataFilePlace place, byte[] content) throws IOException {
        place.sendWhileWritten();
        return Files.write(place.directory().resolve("a-0.parquet"), Arrays.copyOf(content, content.length * 2 / 3));
    }

    private static byte[] tail(byte[] content) {
        return Arrays.copyOfRange(content, content.length * 2 / 3, content.length);
    }

    static Stream<Arguments> faultsOfDownloadsThatPass() {
        return Stream.of(
                Arguments.of("503", SMALL, S3Fault.SLOW_DOWN),
                Arguments.of("reset", SMALL, S3Fault.RESET),
                Arguments.of("lost reply", SMALL, S3Fault.LOST_REPLY),
                Arguments.of("late reply", SMALL, LATE),
                Arguments.of("truncation", SMALL, S3Fault.truncation(1_000)),
                Arguments.of("reset within", SMALL, S3Fault.resetWithin(1_000)),
                Arguments.of("500 of a range", LARGE, FAILURE),
                Arguments.of("truncation of a range", LARGE, S3Fault.truncation(5_000_000)),
                Arguments.of("reset within a range", LARGE, S3Fault.resetWithin(5_000_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsOfDownloadsThatPass")
    void readsAFileDespite(String name, int bytes, S3Fault fault) throws IOException {
        byte[] content = content(bytes);
        String location = put("t/b.parquet", content);
        proxy.fail(GET, 2, fault);

        try (HeldFiles held = storage.hold(List.of(new StoredFile(location, bytes)), Optional.empty(), () -> false)) {
            assertThat(held.path(location).orElseThrow()).hasBinaryContent(content);
        }
        assertThat(proxy.count(GET)).as(name).isLessThanOrEqualTo(3L + 2L);
    }

    static Stream<Arguments> faultsOfDownloadsThatStay() {
        return Stream.of(
                Arguments.of("503", SMALL, S3Fault.SLOW_DOWN),
                Arguments.of("reset", SMALL, S3Fault.RESET),
                Arguments.of("truncation", SMALL, S3Fault.truncation(1_000)),
                Arguments.of("page", SMALL, S3Fault.HTML),
                Arguments.of("reset within a range", LARGE, S3Fault.resetWithin(5_000_000)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsOfDownloadsThatStay")
    void saysWhichFileCannotBeReadAfter(String name, int bytes, S3Fault fault) throws IOException {
        byte[] content = content(bytes);
        String location = put("t/b.parquet", content);
        proxy.failAlways(GET, fault);

        EiderException failure = catchThrowableOfType(EiderException.class, () -> storage.hold(
                        List.of(new StoredFile(location, bytes)), Optional.empty(), () -> false)
                .close());

        assertThat(failure)
                .as(name)
                .isNotNull()
                .hasMessageContaining("GetObject of " + location + " failed")
                .satisfies(Secrets::assertNoneIn);
        assertThat(storage.cacheCounts().orElseThrow().files()).isZero();
        assertThat(files(directory.resolve("cache/0/files"))).isEmpty();
        assertThat(files(directory.resolve("cache/0/partial"))).isEmpty();

        // What failed is not remembered.
        proxy.heal();
        try (HeldFiles held = storage.hold(List.of(new StoredFile(location, bytes)), Optional.empty(), () -> false)) {
            assertThat(held.path(location).orElseThrow()).hasBinaryContent(content);
        }
    }

    @Test
    void storesAFileAlthoughEveryReplyIsLost() throws IOException {
        proxy.failAlways(PUT, S3Fault.LOST_REPLY);

        storeOrDiscard("t/a", SMALL);

        assertThat(stored("t/a-0.parquet")).isEqualTo(content(SMALL));
        assertThat(proxy.count(PUT)).isEqualTo(ATTEMPTS);
    }

    @Test
    void storesAFileWhoseUploadTheServerHasForgottenAfterALostReply() throws IOException {
        byte[] content = content(LARGE);
        proxy.fail(END, 1, S3Fault.LOST_REPLY);
        proxy.failAlways(END, S3Fault.refusal("404 Not Found", "NoSuchUpload"));

        storeOrDiscard("t/a", LARGE);

        assertThat(stored("t/a-0.parquet")).isEqualTo(content);
    }

    @Test
    void readsMetadataDespiteATruncatedAnswer() throws IOException {
        byte[] content = content(SMALL);
        String location = put("t/v1.metadata.json", content);
        proxy.fail(GET, 1, S3Fault.truncation(100));

        try (SeekableInputStream in = storage.io().newInputFile(location).newStream()) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
    }

    @Test
    void correctsItsClockOnce() throws IOException {
        byte[] content = content(SMALL);
        String location = put("t/c.parquet", content);
        proxy.fail(GET, 1, S3Fault.refusal("403 Forbidden", "RequestTimeTooSkewed"));

        try (SeekableInputStream in = storage.io().newInputFile(location).newStream()) {
            assertThat(Arrays.equals(in.readAllBytes(), content)).isTrue();
        }
    }

    @Test
    void countsWhatItAskedFor() throws IOException {
        StorageTraffic before = storage.traffic().orElseThrow();
        proxy.fail(PUT, 1, FAILURE);

        storeOrDiscard("t/a", SMALL);

        StorageTraffic traffic = storage.traffic().orElseThrow().since(before);
        assertThat(traffic.puts()).isEqualTo(2);
        assertThat(traffic.failed()).isEqualTo(1);
        assertThat(traffic.bytesWritten()).isGreaterThanOrEqualTo(2L * SMALL);
        assertThat(traffic.gets() + traffic.heads() + traffic.lists() + traffic.deletes())
                .isZero();
    }

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    private String put(String key, byte[] content) {
        server.client()
                .putObject(
                        request -> request.bucket(bucket).key(key),
                        software.amazon.awssdk.core.sync.RequestBody.fromBytes(content));
        return prefix + key;
    }

    private byte[] stored(String key) {
        return server.client()
                .getObjectAsBytes(request -> request.bucket(bucket).key(key))
                .asByteArray();
    }

    private List<String> objects() {
        return server.client().listObjectsV2(request -> request.bucket(bucket)).contents().stream()
                .map(object -> object.key())
                .toList();
    }

    private List<Path> spool() {
        return files(directory.resolve("cache/0/spool"));
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
