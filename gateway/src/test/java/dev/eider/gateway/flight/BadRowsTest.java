package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.TestGateway;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that cannot be stored are refused whole: nothing visible, no file, and the server serves on. */
@Timeout(60)
class BadRowsTest {
    private static final ArrowType LONG = new ArrowType.Int(64, true);
    private static final Field ID = new Field("id", FieldType.notNullable(LONG), null);
    private static final Field PRICE = Field.nullable("price", new ArrowType.Decimal(9, 2, 128));
    private static final Field MOMENT = Field.nullable("moment", new ArrowType.Timestamp(TimeUnit.MICROSECOND, null));

    @TempDir
    private static Path directory;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(directory, Map.of("limits.max-message-size", "1MB", "limits.arrow-memory", "64MB"));
        put("t", root -> setId(root, 1), ID, PRICE, MOMENT);
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @Test
    void refusesAnotherSchema() throws Exception {
        refuses(
                ErrorCode.SCHEMA_MISMATCH,
                FlightStatusCode.INVALID_ARGUMENT,
                "colour",
                root -> setId(root, 2),
                ID,
                Field.nullable("colour", ArrowType.Utf8.INSTANCE));
        refuses(
                ErrorCode.SCHEMA_MISMATCH,
                FlightStatusCode.INVALID_ARGUMENT,
                "price",
                root -> setId(root, 2),
                ID,
                Field.nullable("price", ArrowType.Utf8.INSTANCE));
    }

    @Test
    void refusesRowsWithoutARequiredColumn() throws Exception {
        refuses(ErrorCode.SCHEMA_MISMATCH, FlightStatusCode.INVALID_ARGUMENT, "id", root -> root.setRowCount(1), PRICE);
    }

    @Test
    void refusesNullInARequiredColumn() throws Exception {
        refuses(
                ErrorCode.INVALID_DATA,
                FlightStatusCode.INVALID_ARGUMENT,
                "id",
                root -> root.setRowCount(3),
                Field.nullable("id", LONG));
    }

    @Test
    void refusesADecimalThatDoesNotFit() throws Exception {
        Consumer<VectorSchemaRoot> tooLong = root -> {
            ((DecimalVector) root.getVector("price")).setSafe(0, new BigDecimal("12345678.90"));
            setId(root, 2);
        };

        refuses(
                ErrorCode.SCHEMA_MISMATCH,
                FlightStatusCode.INVALID_ARGUMENT,
                "price",
                tooLong,
                ID,
                Field.nullable("price", new ArrowType.Decimal(18, 2, 128)));
    }

    @Test
    void namesTheFormatThatWouldHoldNanoseconds() throws Exception {
        refuses(
                ErrorCode.INVALID_DATA,
                FlightStatusCode.INVALID_ARGUMENT,
                "format version 3",
                root -> {
                    ((TimeStampNanoVector) root.getVector("moment")).setSafe(0, 1_000_000_001L);
                    setId(root, 2);
                },
                ID,
                Field.nullable("moment", new ArrowType.Timestamp(TimeUnit.NANOSECOND, null)));
    }

    @org.junit.jupiter.api.RepeatedTest(200)
    void refusesABatchThatIsTooLarge() throws Exception {
        List<Path> before = files();

        FlightRuntimeException failure = catchThrowableOfType(
                FlightRuntimeException.class,
                () -> put("blobs", root -> setBlob(root, 2 << 20), Field.nullable("blob", ArrowType.Binary.INSTANCE)));

        assertThat(failure).isNotNull().hasMessageContaining("limits.max-message-size");
        assertThat(failure.status().code()).isEqualTo(FlightStatusCode.RESOURCE_EXHAUSTED);
        assertThat(code(failure)).isEqualTo(ErrorCode.TOO_LARGE.name());
        assertUnchanged(before);
    }

    /** On a connection of its own: gRPC ends such a call with one status or another, and may close its connection. */
    @org.junit.jupiter.api.RepeatedTest(200)
    void survivesAMessageThatIsFarTooLarge() throws Exception {
        List<Path> before = files();
        Schema schema = new Schema(List.of(Field.nullable("blob", ArrowType.Binary.INSTANCE)));

        try (FlightClient client = gateway.newClient();
                VectorSchemaRoot root = VectorSchemaRoot.create(schema, gateway.allocator())) {
            FlightClient.ClientStreamListener upload =
                    client.startPut(FlightDescriptor.path("blobs"), root, new TestRows.Receipts());
            setBlob(root, 8 << 20);
            upload.putNext();
            upload.completed();

            assertThat(catchThrowableOfType(FlightRuntimeException.class, upload::getResult))
                    .isNotNull();
        }

        assertUnchanged(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"n*", "n[1]", "a/b", "..", ".", "'", "\"", "%2e%2e", "\\", "{x,y}", "?"})
    void refusesNamesThatWouldNeedEscaping(String name) throws Exception {
        List<Path> before = files();

        FlightRuntimeException failure =
                catchThrowableOfType(FlightRuntimeException.class, () -> put(name, root -> setId(root, 7), ID));

        assertThat(failure).as(name).isNotNull();
        assertThat(failure.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
        assertThat(code(failure)).isEqualTo(ErrorCode.INVALID_REQUEST.name());
        assertUnchanged(before);
    }

    @Test
    void takesANameWithASpace() throws Exception {
        put("a b", root -> setId(root, 7), ID);

        assertThat(read("SELECT id FROM main.\"a b\"")).containsExactly(List.of("7"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "FORBIDDEN   | UNAUTHORIZED  | SELECT * FROM read_csv('/etc/passwd')",
                "FORBIDDEN   | UNAUTHORIZED  | SELECT * FROM '/etc/passwd'",
                "FORBIDDEN   | UNAUTHORIZED  | SELECT * FROM read_text('/etc/passwd')",
                "FORBIDDEN   | UNAUTHORIZED  | SELECT * FROM read_parquet('https://example.com/x.parquet')",
                "FORBIDDEN   | UNAUTHORIZED  | SELECT * FROM glob('/*')",
                "FORBIDDEN   | UNAUTHORIZED  | SELECT getenv('HOME')",
                "UNSUPPORTED | UNIMPLEMENTED | COPY t TO '/tmp/eider-stolen.csv'",
                "UNSUPPORTED | UNIMPLEMENTED | ATTACH '/tmp/eider-other.db'",
                "UNSUPPORTED | UNIMPLEMENTED | INSTALL httpfs",
                "UNSUPPORTED | UNIMPLEMENTED | SET memory_limit = '100GB'",
                "UNSUPPORTED | UNIMPLEMENTED | PRAGMA database_list"
            },
            quoteCharacter = '`')
    void refusesSqlThatReachesBeyondTables(ErrorCode code, FlightStatusCode status, String sql) throws Exception {
        List<Path> before = files();

        FlightRuntimeException failure = catchThrowableOfType(FlightRuntimeException.class, () -> read(sql));

        assertThat(failure).as(sql).isNotNull();
        assertThat(failure.status().code()).as(failure.getMessage()).isEqualTo(status);
        assertThat(code(failure)).isEqualTo(code.name());
        assertThat(failure.getMessage()).doesNotContain("root:");
        assertUnchanged(before);
    }

    private static String code(FlightRuntimeException failure) {
        return failure.status().metadata().get(FlightErrors.CODE);
    }

    private static void refuses(
            ErrorCode code, FlightStatusCode status, String naming, Consumer<VectorSchemaRoot> fill, Field... fields)
            throws Exception {
        FlightRuntimeException failure = refused(naming, fill, fields);

        assertThat(failure.status().code()).isEqualTo(status);
        assertThat(code(failure)).isEqualTo(code.name());
    }

    private static FlightRuntimeException refused(String naming, Consumer<VectorSchemaRoot> fill, Field... fields)
            throws Exception {
        List<Path> before = files();
        FlightRuntimeException failure =
                catchThrowableOfType(FlightRuntimeException.class, () -> put("t", fill, fields));
        assertThat(failure).isNotNull().hasMessageContaining(naming);
        assertUnchanged(before);
        return failure;
    }

    private static void assertUnchanged(List<Path> before) throws Exception {
        assertThat(files()).isEqualTo(before);
        assertThat(read("SELECT count(*) FROM t")).containsExactly(List.of("1"));
    }

    private static void put(String table, Consumer<VectorSchemaRoot> fill, Field... fields) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(Arrays.asList(fields)), gateway.allocator())) {
            root.allocateNew();
            FlightClient.ClientStreamListener upload =
                    gateway.client().startPut(FlightDescriptor.path(table), root, new TestRows.Receipts());
            fill.accept(root);
            upload.putNext();
            upload.completed();
            upload.getResult();
        }
    }

    private static void setId(VectorSchemaRoot root, long id) {
        ((BigIntVector) root.getVector("id")).setSafe(0, id);
        root.setRowCount(1);
    }

    private static void setBlob(VectorSchemaRoot root, int bytes) {
        ((VarBinaryVector) root.getVector("blob")).setSafe(0, new byte[bytes]);
        root.setRowCount(1);
    }

    private static List<List<String>> read(String sql) throws Exception {
        return TestRows.read(gateway.client().getStream(new Ticket(sql.getBytes(UTF_8))));
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("warehouse"))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
