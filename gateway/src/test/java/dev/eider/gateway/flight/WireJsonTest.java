package dev.eider.gateway.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eider.warehouse.write.AppendReceipt;
import dev.eider.warehouse.write.AppendReceipt.FileRows;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;

class WireJsonTest {
    private static final Instant EXPIRES = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void spellsAReceiptOut() throws Exception {
        AppendReceipt receipt = receipt(
                OptionalLong.of(42), List.of(new FileRows("file:/a", 7, 2), new FileRows("file:/b", 0, 1)), true);

        JsonNode json = new ObjectMapper().readTree(WireJson.bytes(WireJson.receipt(receipt)));

        assertThat(json)
                .isEqualTo(
                        new ObjectMapper()
                                .readTree(
                                        """
                                {"table": "main.t", "branch": "audit", "snapshot_id": 42, "sequence_number": 3, "rows": 3,
                                 "file_count": 2,
                                 "files": [{"location": "file:/a", "first_row": 7, "rows": 2},
                                           {"location": "file:/b", "first_row": 0, "rows": 1}],
                                 "bytes": 369, "duplicate": true, "group_size": 5, "queue_ms": 6, "commit_ms": 7,
                                 "key_expires": "2026-01-31T12:00:00Z"}"""));
    }

    @Test
    void tellsNoExpiryWithoutAKey() {
        JsonNode json = WireJson.receipt(receipt(OptionalLong.empty(), List.of(), false));

        assertThat(json.has("key_expires")).isFalse();
        assertThat(json.get("snapshot_id").isNull()).isTrue();
        assertThat(json.get("files")).isEmpty();
    }

    @Test
    void listsAtMostTwentyFilesInATrailer() throws Exception {
        JsonNode json = new ObjectMapper().readTree(WireJson.receiptTrailer(withFiles(1_000, "file:/%d")));

        assertThat(json.get("file_count").asInt()).isEqualTo(1_000);
        assertThat(json.get("files")).hasSize(20);
        assertThat(json.at("/files/19/location").asText()).isEqualTo("file:/19");
    }

    @Test
    void listsFewerFilesWhereTheirNamesAreLong() throws Exception {
        String trailer = WireJson.receiptTrailer(withFiles(30, "file:/" + "\u00e9".repeat(100) + "/%d"));

        assertThat(trailer).hasSizeLessThan(8_192).isASCII();
        assertThat(new ObjectMapper().readTree(trailer).get("files")).isNotEmpty();
        assertThat(WireJson.receiptTrailer(withFiles(30, "x".repeat(10_000) + "%d")))
                .hasSizeLessThan(8_192);
    }

    private static AppendReceipt withFiles(int count, String pattern) {
        List<FileRows> files = IntStream.range(0, count)
                .mapToObj(number -> new FileRows(pattern.formatted(number), 0, 1))
                .toList();
        return receipt(OptionalLong.of(42), files, true);
    }

    private static AppendReceipt receipt(OptionalLong snapshotId, List<FileRows> files, boolean keyed) {
        return new AppendReceipt(
                TableIdentifier.of("main", "t"),
                "audit",
                snapshotId,
                3,
                3,
                files,
                369,
                keyed,
                5,
                6,
                7,
                keyed ? Optional.of(EXPIRES) : Optional.empty());
    }
}
