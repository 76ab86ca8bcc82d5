package dev.eider.warehouse.write;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.IdempotencyKey;
import dev.eider.catalog.LedgerEntry;
import dev.eider.warehouse.write.AppendReceipt.FileRows;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The caller's own name for one append, with what its rows are like: the same name for other rows is a mistake.
 * Immutable.
 *
 * @param text the name, empty if the append has none
 * @param digest what the caller says about the rows, empty if nothing
 * @param schema the columns that are sent
 */
record AppendKey(String text, String digest, String schema) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_SCHEMA = 2_000;

    static AppendKey of(WriteOptions options, Schema incoming) {
        return new AppendKey(
                options.idempotencyKey().orElse(""),
                options.contentDigest().orElse(""),
                options.idempotencyKey().isPresent() ? shortened(incoming.toString()) : "");
    }

    private static String shortened(String schema) {
        if (schema.length() <= LONGEST_SCHEMA) {
            return schema;
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(schema.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    boolean isPresent() {
        return !text.isEmpty();
    }

    /** Returns what is to be written down with the commit, if the append has a name. */
    Optional<IdempotencyKey> entry(long rows, RowPlacement.Share share) {
        return isPresent()
                ? Optional.of(new IdempotencyKey(text, rows, digest, schema, receipt(share)))
                : Optional.empty();
    }

    private static String receipt(RowPlacement.Share share) {
        ObjectNode receipt = JSON.createObjectNode().put("bytes", share.bytes());
        ArrayNode files = receipt.putArray("files");
        for (FileRows file : share.files()) {
            files.addObject()
                    .put("location", file.location())
                    .put("first_row", file.firstRow())
                    .put("rows", file.rows());
        }
        return receipt.toString();
    }

    /** Returns where the rows of an earlier append are. */
    static RowPlacement.Share share(LedgerEntry entry) {
        try {
            JsonNode receipt = JSON.readTree(entry.key().receipt());
            List<FileRows> files = new ArrayList<>();
            for (JsonNode file : receipt.path("files")) {
                files.add(new FileRows(
                        file.path("location").asText(),
                        file.path("first_row").asLong(),
                        file.path("rows").asLong()));
            }
            return new RowPlacement.Share(files, receipt.path("bytes").asLong());
        } catch (JsonProcessingException e) {
            throw new EiderException(
                    ErrorCode.CATALOG_FAILED,
                    "The receipt of idempotency key \"%s\" cannot be read"
                            .formatted(entry.key().key()),
                    e);
        }
    }

    /** Refuses a repetition that is about other rows than the first time. */
    void requireSame(LedgerEntry earlier, long rows) {
        requireSameColumns(earlier);
        require(Long.toString(earlier.key().rows()), Long.toString(rows), "rows", earlier);
        if (!digest.isEmpty() || !earlier.key().digest().isEmpty()) {
            require(earlier.key().digest(), digest, "content digest", earlier);
        }
    }

    void requireSameColumns(LedgerEntry earlier) {
        require(earlier.key().schema(), schema, "columns", earlier);
    }

    private void require(String before, String now, String what, LedgerEntry earlier) {
        if (!before.equals(now)) {
            throw new EiderException(
                    ErrorCode.ALREADY_EXISTS,
                    "The idempotency key \"%s\" was used for other rows, in snapshot %d: %s were %s, now %s"
                            .formatted(text, earlier.snapshotId(), what, shown(before), shown(now)));
        }
    }

    private static String shown(String value) {
        return value.isEmpty() ? "none" : value;
    }
}
