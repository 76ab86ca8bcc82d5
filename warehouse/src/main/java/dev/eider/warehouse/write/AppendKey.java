package dev.eider.warehouse.write;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.IdempotencyKey;
import dev.eider.catalog.LedgerEntry;
import dev.eider.warehouse.write.AppendReceipt.FileRows;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
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
 * @param columns a digest of the columns that are sent, empty if the append has no name
 * @param schema the columns that are sent, for messages
 */
record AppendKey(String text, String digest, String columns, Schema schema) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DIGEST = "sha256:";
    /** Far more than any accident takes; the ledger keeps a row of every keyed append for days. */
    private static final int DIGEST_BYTES = 16;

    /** Digits of the digests that earlier versions wrote down. */
    private static final int LONGER = 64;

    private static final int LONGEST_SHOWN = 1_000;

    static AppendKey of(WriteOptions options, Schema incoming) {
        return new AppendKey(
                options.idempotencyKey().orElse(""),
                options.contentDigest().orElse(""),
                options.idempotencyKey().isPresent() ? digest(incoming.toString()) : "",
                incoming);
    }

    /** What was written down in full before, or as a longer digest, counts as the digest that it has now. */
    private static String digest(String schema) {
        if (schema.startsWith(DIGEST)) {
            String given = schema.substring(DIGEST.length());
            return given.length() == LONGER ? shown(HexFormat.of().parseHex(given)) : schema;
        }
        try {
            return shown(MessageDigest.getInstance("SHA-256").digest(schema.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String shown(byte[] hash) {
        return DIGEST + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, DIGEST_BYTES));
    }

    boolean isPresent() {
        return !text.isEmpty();
    }

    /**
     * Returns what is to be written down with the commit, if the append has a name.
     *
     * @param table the location of the table that the rows are in
     */
    Optional<IdempotencyKey> entry(long rows, RowPlacement.Share share, String table) {
        return isPresent()
                ? Optional.of(new IdempotencyKey(text, rows, digest, columns, receipt(share, table)))
                : Optional.empty();
    }

    /** The bytes, then a path, a first row and a number of rows for each file. */
    private static String receipt(RowPlacement.Share share, String table) {
        ArrayNode receipt = JSON.createArrayNode().add(share.bytes());
        for (FileRows file : share.files()) {
            String location = file.location();
            receipt.add(location.startsWith(table + "/") ? location.substring(table.length() + 1) : location)
                    .add(file.firstRow())
                    .add(file.rows());
        }
        return receipt.toString();
    }

    /**
     * Returns where the rows of an earlier append are.
     *
     * @param table the location of the table that the rows are in
     */
    static RowPlacement.Share share(LedgerEntry entry, String table) {
        try {
            JsonNode receipt = JSON.readTree(entry.key().receipt());
            List<FileRows> files = new ArrayList<>();
            if (receipt.isObject()) {
                // As it was written down before paths were relative to their table.
                for (JsonNode file : receipt.path("files")) {
                    files.add(new FileRows(
                            file.path("location").asText(),
                            file.path("first_row").asLong(),
                            file.path("rows").asLong()));
                }
                return new RowPlacement.Share(files, receipt.path("bytes").asLong());
            }
            for (int i = 1; i + 2 < receipt.size(); i += 3) {
                String path = receipt.get(i).asText();
                files.add(new FileRows(
                        path.contains(":") || path.startsWith("/") ? path : table + "/" + path,
                        receipt.get(i + 1).asLong(),
                        receipt.get(i + 2).asLong()));
            }
            return new RowPlacement.Share(files, receipt.path(0).asLong());
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
        if (!digest(earlier.key().schema()).equals(columns)) {
            throw new EiderException(
                    ErrorCode.ALREADY_EXISTS,
                    "The idempotency key \"%s\" was used for other rows, in snapshot %d: the columns were others than now, %s"
                            .formatted(text, earlier.snapshotId(), shortened(schema.toString())));
        }
    }

    private void require(String before, String now, String what, LedgerEntry earlier) {
        if (!before.equals(now)) {
            throw new EiderException(
                    ErrorCode.ALREADY_EXISTS,
                    "The idempotency key \"%s\" was used for other rows, in snapshot %d: %s were %s, now %s"
                            .formatted(text, earlier.snapshotId(), what, shown(before), shown(now)));
        }
    }

    private static String shortened(String schema) {
        return schema.length() <= LONGEST_SHOWN ? schema : schema.substring(0, LONGEST_SHOWN) + "…";
    }

    private static String shown(String value) {
        return value.isEmpty() ? "none" : value;
    }
}
