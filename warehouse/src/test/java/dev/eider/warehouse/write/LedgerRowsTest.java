package dev.eider.warehouse.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.StorageConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the ledger keeps of a keyed append is small, however wide its rows are. */
class LedgerRowsTest {
    private static final WriteOptions KEYED = WriteOptions.of(WriteMode.CREATE_APPEND);

    @TempDir
    Path directory;

    private TestWarehouse test;

    @BeforeEach
    void open() {
        test = new TestWarehouse(
                directory, new StorageConfig(directory.resolve("warehouse").toString(), List.of()));
    }

    @AfterEach
    void close() {
        test.close();
    }

    private AppendReceipt append(String key, int columns) {
        Schema schema = new Schema(IntStream.range(0, columns)
                .mapToObj(i -> Field.nullable("column_" + i, new ArrowType.Int(64, true)))
                .toList());
        return test.append("t", KEYED.withKey(key), new TestRows(test.allocator(), schema, 1, (root, batch) -> {
                    root.getFieldVectors().forEach(vector -> ((BigIntVector) vector).setSafe(0, 1));
                    root.setRowCount(1);
                }))
                .get(0);
    }

    private String uri() {
        return "jdbc:sqlite:" + directory.resolve("catalog.db");
    }

    @Test
    void takeAboutTwoHundredBytesForFiveHundredColumns() throws Exception {
        append(UUID.randomUUID().toString(), 500);

        try (Connection connection = DriverManager.getConnection(uri());
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("SELECT length(table_uuid) + length(branch) + length(idempotency_key)"
                                + " + length(content_digest) + length(row_schema) + length(receipt) + 4 * 8"
                                + " FROM eider_ledger")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getInt(1)).isLessThan(220);
        }
    }

    @Test
    void answerRepetitionsWithTheSameFiles() {
        AppendReceipt first = append("k", 3);
        AppendReceipt again = append("k", 3);

        assertThat(again.duplicate()).isTrue();
        assertThat(again.files()).isEqualTo(first.files()).isNotEmpty();
        assertThat(again.bytes()).isEqualTo(first.bytes());
        assertThatExceptionOfType(EiderException.class)
                .isThrownBy(() -> append("k", 2))
                .withMessageContaining("the columns were others than now, Schema<column_0");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 300})
    void thatWereWrittenInFullBeforeAreAnsweredToo(int columns) throws Exception {
        AppendReceipt first = append("k", columns);
        String schema = new Schema(IntStream.range(0, columns)
                        .mapToObj(i -> Field.nullable("column_" + i, new ArrowType.Int(64, true)))
                        .toList())
                .toString();
        String kept = schema.length() <= 2_000
                ? schema
                : "sha256:"
                        + HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256")
                                        .digest(schema.getBytes(StandardCharsets.UTF_8)));
        try (Connection connection = DriverManager.getConnection(uri());
                PreparedStatement update =
                        connection.prepareStatement("UPDATE eider_ledger SET row_schema = ?, receipt = ?")) {
            update.setString(1, kept);
            update.setString(
                    2,
                    "{\"bytes\":%d,\"files\":[{\"location\":\"%s\",\"first_row\":0,\"rows\":1}]}"
                            .formatted(first.bytes(), first.files().get(0).location()));
            assertThat(update.executeUpdate()).isEqualTo(1);
        }

        AppendReceipt again = append("k", columns);

        assertThat(again.duplicate()).isTrue();
        assertThat(again.files()).isEqualTo(first.files());
    }
}
