package dev.eider.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.storage.S3Fault;
import dev.eider.warehouse.storage.S3FaultProxy;
import dev.eider.warehouse.storage.S3FaultProxy.Request;
import dev.eider.warehouse.storage.S3Server;
import dev.eider.warehouse.storage.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Buckets that cannot be used: what a person is told who starts a gateway, or whose bucket breaks later. */
@Timeout(120)
class BadBucketTest {
    private static final AtomicInteger BUCKETS = new AtomicInteger();
    private static final Schema SCHEMA =
            new Schema(List.of(new Field("id", FieldType.notNullable(new ArrowType.Int(64, true)), null)));

    @TempDir
    private Path directory;

    private final String bucket = "bad-" + BUCKETS.incrementAndGet();
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
        try (Secrets log = secrets) {
            assertThat(log).isNotNull();
            proxy.close();
        }
    }

    private Map<String, String> settings(Map<String, String> changed) {
        Map<String, String> settings =
                new HashMap<>(TestGateway.bucket(directory, "s3://" + bucket + "/lake", proxy.endpoint()));
        settings.put("server.port", "0");
        settings.put("storage.s3.max-attempts", "3");
        settings.putAll(changed);
        return settings;
    }

    private EiderException refusal(Map<String, String> changed) {
        GatewayConfig config = ConfigLoader.load(Map.of(), settings(changed));
        EiderException failure = catchThrowableOfType(
                EiderException.class, () -> Gateway.start(config).close());
        assertThat(failure).as("the gateway started").isNotNull();
        Secrets.assertNoneIn(failure);
        assertThat(failure.text()).doesNotContain("wrong-secret");
        return failure;
    }

    @Test
    void refusesToStartWithAWrongSecretKey() {
        assertThat(refusal(Map.of("storage.s3.secret-access-key", "wrong-secret")))
                .hasMessageContainingAll(
                        "ListObjectsV2", "s3://" + bucket, "SignatureDoesNotMatch", "storage.s3.secret-access-key");
    }

    @Test
    void refusesToStartWithAnUnknownAccessKey() {
        assertThat(refusal(Map.of("storage.s3.access-key-id", "nobody")))
                .hasMessageContainingAll(
                        "ListObjectsV2", "s3://" + bucket, "InvalidAccessKeyId", "storage.s3.access-key-id");
    }

    @Test
    void refusesToStartWithoutTheBucket() {
        assertThat(refusal(Map.of("warehouse", "s3://nowhere-" + bucket + "/lake")))
                .hasMessageContainingAll("ListObjectsV2", "s3://nowhere-" + bucket, "there is no such bucket");
    }

    @Test
    void refusesToStartWhereNothingListens() throws IOException {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }

        assertThat(refusal(Map.of("storage.s3.endpoint", "http://127.0.0.1:" + port)))
                .hasMessageContainingAll("ListObjectsV2", "s3://" + bucket, "storage.s3.endpoint");
    }

    @Test
    void refusesToStartWithABadEndpoint() {
        for (String endpoint : List.of("minio:9000", "ftp://host", "http://", "not a url")) {
            assertThat(refusal(Map.of("storage.s3.endpoint", endpoint)))
                    .hasMessageContainingAll("storage.s3.endpoint", endpoint);
        }
    }

    static Stream<Arguments> answersOfOthers() {
        return Stream.of(
                Arguments.of("a page", S3Fault.HTML, "storage.s3.endpoint"),
                Arguments.of("a missing page", S3Fault.refusal("404 Not Found", ""), "HTTP 404"),
                Arguments.of("nothing", S3Fault.truncation(0), "ListObjectsV2"),
                Arguments.of(
                        "another region", S3Fault.refusal("301 Moved Permanently", "PermanentRedirect"), "s3.region"),
                Arguments.of(
                        "another region still",
                        S3Fault.refusal("400 Bad Request", "AuthorizationHeaderMalformed"),
                        "s3.region"),
                Arguments.of("no rights", S3Fault.refusal("403 Forbidden", "AccessDenied"), "not allowed"),
                Arguments.of("a wrong clock", S3Fault.refusal("403 Forbidden", "RequestTimeTooSkewed"), "clocks"),
                Arguments.of("an old token", S3Fault.refusal("400 Bad Request", "ExpiredToken"), "expired"),
                Arguments.of("too much to do", S3Fault.SLOW_DOWN, "slow down"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answersOfOthers")
    void refusesToStartWhenItIsAnswered(String name, S3Fault answer, String advice) {
        proxy.failAlways(Request.of("", ""), answer);

        assertThat(refusal(Map.of()))
                .as(name)
                .hasMessageContainingAll("ListObjectsV2 of s3://" + bucket, " failed: ", advice);
        assertThat(proxy.requests()).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void startsDespiteAClockThatIsCorrected() throws Exception {
        proxy.fail(Request.of("GET", ""), 1, S3Fault.refusal("403 Forbidden", "RequestTimeTooSkewed"));

        try (TestGateway gateway = TestGateway.start(directory, settings(Map.of()))) {
            put(gateway, 1);
            assertThat(count(gateway)).isEqualTo(1);
        }
    }

    @Test
    void readsWithoutTheRightToWrite() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, settings(Map.of()))) {
            put(gateway, 5);
        }
        for (String method : List.of("PUT", "POST", "DELETE")) {
            proxy.failAlways(Request.of(method, ""), S3Fault.refusal("403 Forbidden", "AccessDenied"));
        }

        try (TestGateway gateway = TestGateway.start(directory, settings(Map.of()))) {
            assertThat(count(gateway)).isEqualTo(5);
            assertThat(failedPut(gateway))
                    .contains("PutObject of s3://" + bucket + "/lake", "AccessDenied", "not allowed");
            assertThat(count(gateway)).isEqualTo(5);
        }
    }

    @Test
    void goesOnWhenABucketComesBack() throws Exception {
        String other = "s3://" + bucket;
        try (TestGateway gateway =
                TestGateway.start(directory, settings(Map.of("warehouse", other, "storage.cache.size", "0")))) {
            put(gateway, 5);
            proxy.failAlways(Request.of("", "/" + bucket), S3Fault.refusal("404 Not Found", "NoSuchBucket"));

            assertThat(failedPut(gateway)).contains(other, "PutObject", "there is no such bucket");
            assertThatThrownBy(() -> count(gateway, "SELECT sum(id) FROM t"))
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageContainingAll(other, " failed: ", "there is no such bucket")
                    .satisfies(Secrets::assertNoneIn);

            proxy.heal();
            put(gateway, 2);
            assertThat(count(gateway, "SELECT count(id) FROM t WHERE id >= 0")).isEqualTo(7);
        }
    }

    @Test
    void saysThatTheCacheCannotStore() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, settings(Map.of()))) {
            put(gateway, 5);
        }
        Map<String, String> fresh = settings(
                Map.of("storage.cache.directory", directory.resolve("fresh").toString()));
        try (TestGateway gateway = TestGateway.start(directory, fresh)) {
            Path partial = directory.resolve("fresh/0/partial");
            Files.delete(partial);

            assertThatThrownBy(() -> count(gateway, "SELECT sum(id) FROM t"))
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageContainingAll("cache of data files", "s3://" + bucket);

            Files.createDirectory(partial);
            assertThat(count(gateway, "SELECT sum(id) FROM t")).isEqualTo(10);
        }
    }

    @Test
    void saysThatNothingCanWaitToBeSent() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, settings(Map.of()))) {
            Path spool = directory.resolve("cache/0/spool");
            Files.delete(spool);

            assertThat(failedPut(gateway)).contains("s3://" + bucket, "server");

            Files.createDirectory(spool);
            put(gateway, 5);
            assertThat(count(gateway)).isEqualTo(5);
        }
    }

    private static void put(TestGateway gateway, int rows) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, gateway.allocator())) {
            FlightClient.ClientStreamListener upload =
                    gateway.client().startPut(FlightDescriptor.path("t"), root, new AsyncPutListener());
            root.allocateNew();
            for (int row = 0; row < rows; row++) {
                ((BigIntVector) root.getVector("id")).setSafe(row, row);
            }
            root.setRowCount(rows);
            upload.putNext();
            upload.completed();
            upload.getResult();
        }
    }

    private static String failedPut(TestGateway gateway) {
        FlightRuntimeException failure = catchThrowableOfType(FlightRuntimeException.class, () -> put(gateway, 3));
        assertThat(failure).as("the append was acknowledged").isNotNull();
        Secrets.assertNoneIn(failure);
        return String.valueOf(failure.getMessage());
    }

    private static long count(TestGateway gateway) throws Exception {
        return count(gateway, "SELECT count(*) FROM t WHERE id IS NOT NULL");
    }

    private static long count(TestGateway gateway, String sql) throws Exception {
        try (FlightStream stream = gateway.client().getStream(new Ticket(sql.getBytes(UTF_8)))) {
            assertThat(stream.next()).isTrue();
            Object value = stream.getRoot().getVector(0).getObject(0);
            return Long.parseLong(String.valueOf(value));
        }
    }
}
