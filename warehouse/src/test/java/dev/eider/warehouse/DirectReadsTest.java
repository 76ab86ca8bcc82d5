package dev.eider.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.engine.ExtensionConfig;
import dev.eider.warehouse.storage.S3Config;
import dev.eider.warehouse.storage.S3Fault;
import dev.eider.warehouse.storage.S3FaultProxy;
import dev.eider.warehouse.storage.S3FaultProxy.Request;
import dev.eider.warehouse.storage.S3Server;
import dev.eider.warehouse.storage.Secrets;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import dev.eider.warehouse.storage.StorageConfig.Reads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
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

/** Files that stay in their bucket while DuckDB reads them. */
@Timeout(120)
class DirectReadsTest {
    private static final AtomicInteger BUCKETS = new AtomicInteger();
    private static final Predicate<Request> DATA = Request.of("GET", ".parquet");

    @TempDir
    private Path directory;

    private final String bucket = "direct-" + BUCKETS.incrementAndGet();
    private S3FaultProxy proxy;
    private Secrets secrets;

    @BeforeEach
    void open() {
        secrets = Secrets.watch();
        S3Server.shared().createBucket(bucket);
        proxy = S3FaultProxy.before(S3Server.shared());
    }

    @AfterEach
    void close() {
        try (Secrets log = secrets;
                S3FaultProxy middle = proxy) {
            assertThat(List.of(log, middle)).doesNotContainNull();
        }
    }

    private StorageConfig config(Reads reads, S3Config s3) {
        return new StorageConfig(
                "s3://" + bucket + "/lake",
                List.of(),
                s3,
                new CacheConfig(directory.resolve("cache"), 1L << 30, reads));
    }

    private TestWarehouse warehouse(Reads reads) {
        return warehouse(reads, proxy.config());
    }

    private TestWarehouse warehouse(Reads reads, S3Config s3) {
        return new TestWarehouse(directory, config(reads, s3), TestExtensions.assumed());
    }

    private static void append(TestWarehouse test, long first) {
        test.append("t", TestRows.numbered(test.allocator(), first, 100, 1));
    }

    @Test
    void needTheExtension() {
        assertThatThrownBy(() -> new TestWarehouse(directory, config(Reads.DIRECT, proxy.config())))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                .hasMessageContainingAll("storage.s3.reads is direct", "eider extensions install");
        ExtensionConfig empty = new ExtensionConfig(Optional.of(directory.resolve("none")), false);
        assertThatThrownBy(() -> new TestWarehouse(directory, config(Reads.DIRECT, proxy.config()), empty))
                .hasMessageContainingAll("httpfs is not installed", "none");
        new TestWarehouse(directory, config(Reads.AUTO, proxy.config()), empty).close();
    }

    @Test
    void cannotHaveKeysOfTheirOwn() {
        S3Config plain = proxy.config();
        S3Config encrypted = new S3Config(
                plain.endpoint(),
                plain.region(),
                plain.pathStyle(),
                plain.credentials(),
                plain.profile(),
                new S3Config.Encryption("custom", Optional.of("a2V5"), Optional.of("bWQ1")),
                plain.partBytes(),
                plain.attempts());

        assertThatThrownBy(() -> new TestWarehouse(directory, config(Reads.DIRECT, encrypted)))
                .hasMessageContainingAll("storage.s3.reads is direct", "storage.s3.sse-type=custom");
    }

    @Test
    void bringNothingHere() {
        try (TestWarehouse test = warehouse(Reads.DIRECT)) {
            append(test, 0);
            append(test, 100);
            proxy.forgetRequests();

            assertThat(test.query("SELECT count(name), sum(id) FROM t")).containsExactly("180|19900");
            assertThat(test.query("SELECT id FROM t WHERE id = 150")).containsExactly("150");
            assertThat(proxy.count(DATA)).isPositive();
            assertThat(test.warehouse().readEngine()).contains("Files in buckets are read there");
            proxy.forgetRequests();
            assertThat(test.query("SELECT count(name), sum(id) FROM t")).containsExactly("180|19900");
            assertThat(proxy.requests()).isEmpty();
        }
    }

    @Test
    void readFilesWhateverTheirNames() {
        List<String> names = List.of(
                "a b.parquet",
                "percent%20.parquet",
                "star*.parquet",
                "[list].parquet",
                "{brace,s}.parquet",
                "plus+&=;:@,$'!().parquet",
                "ö-\u5317.parquet",
                "quote'.parquet");
        try (TestWarehouse test = warehouse(Reads.DIRECT)) {
            append(test, 0);
            try (TableCatalog catalog = test.catalog()) {
                Table table = catalog.loadTable(TestWarehouse.table("t"));
                DataFile first = first(table);
                AppendFiles more = table.newAppend();
                for (String name : names) {
                    String to = "s3://" + bucket + "/lake/odd/" + name;
                    S3Server.shared().client().copyObject(request -> request.sourceBucket(bucket)
                            .sourceKey(key(first.location()))
                            .destinationBucket(bucket)
                            .destinationKey(key(to)));
                    more.appendFile(DataFiles.builder(table.spec())
                            .copy(first)
                            .withPath(to)
                            .build());
                }
                more.commit();
            }

            assertThat(test.query("SELECT count(*), count(name), sum(id) FROM t WHERE id >= 0"))
                    .containsExactly("%d|%d|%d".formatted(900, 810, 44_550));
        }
    }

    private String key(String location) {
        return location.substring(("s3://" + bucket + "/").length());
    }

    private static DataFile first(Table table) {
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            return tasks.iterator().next().file();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void findNestedFieldsThatWereRenamed() {
        try (TestWarehouse test = warehouse(Reads.DIRECT)) {
            test.execute("CREATE TABLE s (id BIGINT, place STRUCT(city VARCHAR, zip INTEGER))");
            test.execute("INSERT INTO s VALUES (1, {'city': 'Vadsö', 'zip': 9800})");
            try (TableCatalog catalog = test.catalog()) {
                Table table = catalog.loadTable(TestWarehouse.table("s"));
                table.updateSchema().renameColumn("place.city", "town").commit();
                table.updateSchema()
                        .addColumn("place", "city", Types.StringType.get())
                        .commit();
            }
            test.execute("INSERT INTO s VALUES (2, {'town': 'Tromsö', 'zip': 9000, 'city': 'no'})");

            assertThat(test.query("SELECT id, place.town, place.city FROM s ORDER BY id"))
                    .containsExactly("1|Vadsö|null", "2|Tromsö|no");
        }
    }

    @Test
    void lookIntoManyDoubtfulFilesAtOnce() {
        try (TestWarehouse test = warehouse(Reads.DIRECT)) {
            test.execute("CREATE TABLE s (id BIGINT, place STRUCT(city VARCHAR))");
            for (int i = 0; i < 20; i++) {
                test.execute("INSERT INTO s VALUES (%d, {'city': 'Vadsö'})".formatted(i));
            }
            try (TableCatalog catalog = test.catalog()) {
                catalog.loadTable(TestWarehouse.table("s"))
                        .updateSchema()
                        .renameColumn("place.city", "town")
                        .commit();
            }
            AtomicInteger most = new AtomicInteger();
            proxy.failAlways(DATA, S3Fault.watching(new AtomicInteger(), most));

            assertThat(test.query("SELECT count(place.town), sum(id) FROM s")).containsExactly("20|190");
            assertThat(most.get()).as("more than DuckDB's two threads").isGreaterThan(4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SLOW_DOWN", "RESET", "500"})
    void tryAgain(String fault) {
        try (TestWarehouse test = warehouse(Reads.DIRECT)) {
            append(test, 0);
            proxy.fail(
                    Request.of("", ".parquet"),
                    2,
                    switch (fault) {
                        case "SLOW_DOWN" -> S3Fault.SLOW_DOWN;
                        case "RESET" -> S3Fault.RESET;
                        default -> S3Fault.refusal("500 Internal Server Error", "InternalError");
                    });

            assertThat(test.query("SELECT count(name), sum(id) FROM t")).containsExactly("90|4950");
        }
    }

    static Stream<Arguments> faultsThatStay() {
        return Stream.of(
                Arguments.of("503", ErrorCode.OVERLOADED, S3Fault.SLOW_DOWN),
                Arguments.of("reset", ErrorCode.STORAGE_FAILED, S3Fault.RESET),
                Arguments.of("truncation", ErrorCode.STORAGE_FAILED, S3Fault.truncation(300)),
                Arguments.of("403", ErrorCode.STORAGE_FAILED, S3Fault.refusal("403 Forbidden", "AccessDenied")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsThatStay")
    void sayWhatCannotBeReadAndReadItLater(String name, ErrorCode code, S3Fault fault) {
        try (TestWarehouse test = warehouse(Reads.DIRECT)) {
            append(test, 0);
            proxy.failAlways(Request.of("", ".parquet"), fault);

            assertThatThrownBy(() -> test.query("SELECT count(name), sum(id) FROM t"))
                    .as(name)
                    .isInstanceOfSatisfying(
                            EiderException.class,
                            e -> assertThat(e.code()).as("%s", e).isEqualTo(code))
                    .hasMessageContainingAll("/" + bucket + "/lake", ".parquet")
                    .satisfies(Secrets::assertNoneIn);
            proxy.heal();
            assertThat(test.query("SELECT count(name), sum(id) FROM t")).containsExactly("90|4950");
        }
    }

    static Stream<Arguments> faultsOfSomethingInBetween() {
        return Stream.of(
                Arguments.of("reset", S3Fault.RESET, 4L),
                Arguments.of("503", S3Fault.SLOW_DOWN, 4L),
                Arguments.of("403", S3Fault.refusal("403 Forbidden", "AccessDenied"), 4L),
                Arguments.of("404", S3Fault.refusal("404 Not Found", "NoSuchKey"), 8L));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsOfSomethingInBetween")
    void giveWayToTheCacheWhereTheEngineDoesNotReachTheBucket(String name, S3Fault fault, long attempts) {
        try (TestWarehouse test = warehouse(Reads.AUTO)) {
            int rows = 65_536;
            int batches = 80;
            Random random = new Random(7);
            Schema numbers = new Schema(List.of(Field.notNullable("n", new ArrowType.Int(64, true))));
            test.append("large", new TestRows(test.allocator(), numbers, batches, (root, batch) -> {
                BigIntVector n = (BigIntVector) root.getVector("n");
                for (int i = 0; i < rows; i++) {
                    n.setSafe(i, random.nextLong());
                }
                root.setRowCount(rows);
            }));
        }
        StorageConfig elsewhere = new StorageConfig(
                "s3://" + bucket + "/lake",
                List.of(),
                proxy.config(),
                new CacheConfig(directory.resolve("another-cache"), 1L << 30, Reads.AUTO));
        // Only DuckDB asks for the length of a data file.
        proxy.failAlways(Request.of("HEAD", ".parquet"), fault);
        try (TestWarehouse test = new TestWarehouse(directory, elsewhere, TestExtensions.assumed())) {
            LongSummaryStatistics expected = new Random(7).longs(65_536L * 80).summaryStatistics();
            for (int query = 0; query < 2; query++) {
                assertThat(test.query("SELECT min(n), max(n) FROM large WHERE n <> 0"))
                        .as(name)
                        .containsExactly("%d|%d".formatted(expected.getMin(), expected.getMax()));
            }
            assertThat(proxy.count(Request.of("HEAD", ".parquet"))).isBetween(1L, attempts);
        }
    }

    @Test
    void sayThatFilesAreGone() {
        try (TestWarehouse test = warehouse(Reads.DIRECT)) {
            append(test, 0);
            test.files().stream().filter(file -> file.endsWith(".parquet")).forEach(file -> S3Server.shared()
                    .client()
                    .deleteObject(request -> request.bucket(bucket).key(key(file))));

            assertThatThrownBy(() -> test.query("SELECT count(name) FROM t"))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND))
                    .hasMessageContaining("gone");
        }
    }

    @Test
    void openNothingButTheWarehouse() {
        S3Server.shared()
                .client()
                .putObject(
                        request -> request.bucket(bucket).key("elsewhere.parquet"),
                        software.amazon.awssdk.core.sync.RequestBody.fromString("no"));
        try (TestWarehouse test = warehouse(Reads.DIRECT)) {
            append(test, 0);
            proxy.forgetRequests();

            for (String sql : List.of(
                    "SELECT * FROM read_parquet('s3://%s/lake/t/data/*.parquet')".formatted(bucket),
                    "SELECT * FROM read_text('s3://%s/elsewhere.parquet')".formatted(bucket),
                    "SELECT * FROM 's3://%s/elsewhere.parquet'".formatted(bucket),
                    "SELECT * FROM duckdb_secrets()",
                    "SELECT * FROM which_secret('s3://%s/lake', 's3')".formatted(bucket),
                    "SELECT current_setting('s3_secret_access_key')")) {
                assertThatThrownBy(() -> test.query(sql)).as(sql).isInstanceOf(EiderException.class);
            }
            assertThat(proxy.requests()).isEmpty();
        }
    }
}
