package dev.eider.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.storage.S3Fault;
import dev.eider.warehouse.storage.S3FaultProxy;
import dev.eider.warehouse.storage.S3FaultProxy.Request;
import dev.eider.warehouse.storage.S3Server;
import dev.eider.warehouse.storage.Secrets;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import dev.eider.warehouse.write.WriteMode;
import dev.eider.warehouse.write.WriteOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A warehouse in a bucket, seen from the network between them. */
@Timeout(120)
class S3WarehouseTest {
    private static final AtomicInteger BUCKETS = new AtomicInteger();
    private static final Predicate<Request> PUT = Request.of("PUT", "");
    private static final Predicate<Request> GET =
            Request.of("GET", "").and(request -> !request.path().contains("?"));
    private static final Predicate<Request> HEAD = Request.of("HEAD", "");
    private static final Predicate<Request> DATA = Request.of("GET", ".parquet");

    @TempDir
    private Path directory;

    private final String bucket = "warehouse-" + BUCKETS.incrementAndGet();
    private S3FaultProxy proxy;
    private TestWarehouse test;
    private Secrets secrets;

    @BeforeEach
    void open() {
        secrets = Secrets.watch();
        S3Server.shared().createBucket(bucket);
        proxy = S3FaultProxy.before(S3Server.shared());
        test = new TestWarehouse(directory, config(directory));
    }

    @AfterEach
    void close() {
        try (Secrets log = secrets;
                S3FaultProxy middle = proxy) {
            assertThat(List.of(log, middle)).doesNotContainNull();
            test.close();
        }
    }

    private StorageConfig config(Path host) {
        return new StorageConfig(
                "s3://" + bucket + "/lake",
                List.of(),
                proxy.config(),
                new CacheConfig(host.resolve("cache"), 1L << 30));
    }

    static Stream<Arguments> faultsOfAnAppend() {
        return Stream.of(".parquet", "-m0.avro", "snap-", ".metadata.json")
                .flatMap(file -> Stream.of(
                        Arguments.of("503", file, S3Fault.SLOW_DOWN),
                        Arguments.of("reset", file, S3Fault.RESET),
                        Arguments.of("lost reply", file, S3Fault.LOST_REPLY)));
    }

    @ParameterizedTest(name = "{0} of {1}")
    @MethodSource("faultsOfAnAppend")
    void losesNothingAndStoresNothingTwiceAfter(String name, String file, S3Fault fault) {
        append(0);
        proxy.fail(Request.of("PUT", file), 1, fault);

        append(100);
        append(200);

        assertThat(proxy.count(Request.of("PUT", file))).as(name).isGreaterThanOrEqualTo(3);
        assertThat(ids()).containsExactlyElementsOf(numbers(0, 300));
        assertThat(test.warehouse().snapshots(TestWarehouse.table("t"))).hasSize(3);
    }

    static Stream<Arguments> filesOfAnAppend() {
        return Stream.of(".parquet", "-m0.avro", "snap-", ".metadata.json").map(Arguments::of);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filesOfAnAppend")
    void refusesAnAppendThatItCannotWriteAndTakesItAgain(String file) {
        append(0);
        proxy.failAlways(Request.of("PUT", file), S3Fault.refusal("403 Forbidden", "AccessDenied"));
        WriteOptions options = WriteOptions.of(WriteMode.CREATE_APPEND).withKey("once");

        assertThatThrownBy(() -> test.append("t", options, TestRows.numbered(test.allocator(), 100, 100, 1)))
                .isInstanceOf(EiderException.class)
                .hasMessageContainingAll("PutObject", "s3://" + bucket + "/lake", file, "not allowed")
                .satisfies(Secrets::assertNoneIn);
        assertThat(ids()).containsExactlyElementsOf(numbers(0, 100));

        proxy.heal();
        test.append("t", options, TestRows.numbered(test.allocator(), 100, 100, 1));
        assertThat(test.append("t", options, TestRows.numbered(test.allocator(), 100, 100, 1)))
                .allMatch(receipt -> receipt.duplicate());
        assertThat(ids()).containsExactlyElementsOf(numbers(0, 200));
    }

    @Test
    void commitsWithFewRequests() {
        append(0);
        append(100);
        proxy.forgetRequests();

        append(200);

        assertThat(proxy.count(PUT)).as("%s", proxy.requests()).isEqualTo(4);
        assertThat(proxy.requests()).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sendsALargeAppendWhileItComes(boolean isOldServer) {
        if (isOldServer) {
            proxy.failAlways(any -> true, S3Fault.NO_TRAILERS);
        }
        org.apache.arrow.vector.types.pojo.Schema numbers = new org.apache.arrow.vector.types.pojo.Schema(
                List.of(Field.notNullable("n", new ArrowType.Int(64, true))));
        int rows = 65_536;
        int batches = 80;
        Random random = new Random(7);
        test.append("large", new TestRows(test.allocator(), numbers, batches, (root, batch) -> {
            BigIntVector n = (BigIntVector) root.getVector("n");
            for (int i = 0; i < rows; i++) {
                n.setSafe(i, random.nextLong());
            }
            root.setRowCount(rows);
            if (batch == batches - 1) {
                await().until(() -> proxy.count(Request.of("PUT", "partNumber=1")) == 1);
            }
        }));

        LongSummaryStatistics expected =
                new Random(7).longs((long) rows * batches).summaryStatistics();
        assertThat(test.query("SELECT count(*), min(n), max(n) FROM large WHERE n <> 0"))
                .containsExactly("%d|%d|%d".formatted((long) rows * batches, expected.getMin(), expected.getMax()));
        try (TestWarehouse another = new TestWarehouse(directory, config(directory.resolve("another")))) {
            assertThat(another.query("SELECT min(n), max(n) FROM large WHERE n <> 0"))
                    .containsExactly("%d|%d".formatted(expected.getMin(), expected.getMax()));
        }
        assertThat(directory.resolve("cache/0/spool")).isEmptyDirectory();
    }

    @Test
    void readsWhatItWroteWithoutFetchingIt() {
        proxy.forgetRequests();
        append(0);
        append(100);

        assertThat(ids()).containsExactlyElementsOf(numbers(0, 200));

        assertThat(proxy.count(GET.or(HEAD))).as("%s", proxy.requests()).isZero();
    }

    @Test
    void fetchesWhatAnotherWroteOnce() {
        append(0);
        append(100);
        proxy.forgetRequests();
        try (TestWarehouse another = new TestWarehouse(directory, config(directory.resolve("another")))) {
            for (int turn = 0; turn < 3; turn++) {
                assertThat(another.query("SELECT count(*), sum(id) FROM t")).containsExactly("200|19900");
            }
            assertThat(proxy.count(DATA)).isEqualTo(2);
            proxy.forgetRequests();

            assertThat(another.query("SELECT count(name) FROM t WHERE id < 150"))
                    .containsExactly("135");
            assertThat(proxy.requests()).isEmpty();
        }
    }

    @Test
    void readsDespiteBrokenDownloads() {
        append(0);
        append(100);
        proxy.fail(DATA, 1, S3Fault.resetWithin(300));
        proxy.fail(DATA, 1, S3Fault.truncation(500));
        proxy.fail(DATA, 1, S3Fault.SLOW_DOWN);
        proxy.fail(Request.of("GET", ".avro"), 2, S3Fault.truncation(100));
        proxy.fail(Request.of("GET", ".json"), 1, S3Fault.resetWithin(100));

        try (TestWarehouse another = new TestWarehouse(directory, config(directory.resolve("another")))) {
            assertThat(another.query("SELECT id FROM t ORDER BY id")).containsExactlyElementsOf(numbers(0, 200));
        }
    }

    @Test
    void saysWhatItCannotReadAndReadsItLater() {
        append(0);
        proxy.failAlways(DATA, S3Fault.truncation(500));

        try (TestWarehouse another = new TestWarehouse(directory, config(directory.resolve("another")))) {
            assertThatThrownBy(() -> another.query("SELECT id FROM t"))
                    .hasMessageContainingAll("GetObject of s3://" + bucket + "/lake", ".parquet")
                    .satisfies(Secrets::assertNoneIn);
            proxy.heal();
            assertThat(another.query("SELECT count(*) FROM t WHERE id >= 0")).containsExactly("100");
        }
    }

    @Test
    void saysThatFilesOfASnapshotAreGone() {
        append(0);
        List<String> all = test.files();
        for (String gone : all) {
            if (!gone.endsWith(".json")) {
                S3Server.shared().client().deleteObject(request -> request.bucket(bucket)
                        .key(gone.substring(("s3://" + bucket + "/").length())));
            }
        }

        try (TestWarehouse another = new TestWarehouse(directory, config(directory.resolve("another")))) {
            assertThatThrownBy(() -> another.query("SELECT id FROM t"))
                    .isInstanceOf(EiderException.class)
                    .hasMessageContainingAll("main.t", "gone");
        }
    }

    @Test
    void joinsTablesOfThisHostWithTablesOfABucket() throws IOException {
        StorageConfig both = new StorageConfig(
                directory.resolve("lake").toString(),
                List.of("s3://" + bucket + "/shared"),
                proxy.config(),
                new CacheConfig(directory.resolve("mixed-cache"), 1L << 30));
        Path host = Files.createDirectories(directory.resolve("mixed"));
        try (TestWarehouse mixed = new TestWarehouse(host, both)) {
            try (TableCatalog catalog = mixed.catalog()) {
                catalog.createTable(
                        TestWarehouse.table("away"),
                        new Schema(
                                Types.NestedField.required(1, "id", Types.LongType.get()),
                                Types.NestedField.optional(2, "name", Types.StringType.get())),
                        PartitionSpec.unpartitioned(),
                        "s3://" + bucket + "/shared/away",
                        java.util.Map.of());
            }
            mixed.append("here", TestRows.numbered(mixed.allocator(), 0, 100, 1));
            mixed.append("away", TestRows.numbered(mixed.allocator(), 50, 100, 1));

            assertThat(mixed.query("SELECT count(*), min(id), max(id) FROM here JOIN away USING (id)"))
                    .containsExactly("50|50|99");
            assertThat(mixed.files()).allMatch(file -> file.startsWith("file:///") && !file.contains("/away/"));
            assertThat(proxy.count(Request.of("PUT", "/shared/away/data/"))).isEqualTo(1);
        }
    }

    private void append(long first) {
        test.append("t", TestRows.numbered(test.allocator(), first, 100, 1));
    }

    private List<String> ids() {
        return test.query("SELECT id FROM t ORDER BY id");
    }

    private static List<String> numbers(long from, long to) {
        return LongStream.range(from, to).mapToObj(String::valueOf).toList();
    }
}
