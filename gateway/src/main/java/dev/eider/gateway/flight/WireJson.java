package dev.eider.gateway.flight;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.SnapshotListing;
import dev.eider.warehouse.TableListing;
import dev.eider.warehouse.maintenance.OrphanListing;
import dev.eider.warehouse.maintenance.OrphanListing.OrphanFile;
import dev.eider.warehouse.types.DuckDbTypes;
import dev.eider.warehouse.write.AppendReceipt;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.iceberg.types.Types.NestedField;

/** The JSON objects that clients receive and send. Thread-safe. */
final class WireJson {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final int MOST_TRAILER_FILES = 20;
    /** Clients of gRPC accept 8 KB of trailers, and there are others beside this one. */
    private static final int MOST_TRAILER_LENGTH = 6 << 10;

    private WireJson() {}

    /** Returns a receipt; {@code snapshot_id} is null when there was nothing to append to an empty table. */
    static ObjectNode receipt(AppendReceipt receipt) {
        return receipt(receipt, Integer.MAX_VALUE);
    }

    /** Returns a receipt as text that fits into a trailer: clients accept few kilobytes, so not all files are listed. */
    static String receiptTrailer(AppendReceipt receipt) {
        int listed = MOST_TRAILER_FILES;
        String text = ascii(receipt(receipt, listed));
        while (text.length() > MOST_TRAILER_LENGTH && listed > 0) {
            listed /= 2;
            text = ascii(receipt(receipt, listed));
        }
        return text;
    }

    private static ObjectNode receipt(AppendReceipt receipt, int mostFiles) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("table", receipt.table().toString());
        json.put("branch", receipt.branch());
        if (receipt.snapshotId().isPresent()) {
            json.put("snapshot_id", receipt.snapshotId().getAsLong());
        } else {
            json.putNull("snapshot_id");
        }
        json.put("sequence_number", receipt.sequenceNumber());
        json.put("rows", receipt.rows());
        json.put("file_count", receipt.files().size());
        ArrayNode files = json.putArray("files");
        receipt.files().stream().limit(mostFiles).forEach(file -> files.addObject()
                .put("location", file.location())
                .put("first_row", file.firstRow())
                .put("rows", file.rows()));
        json.put("bytes", receipt.bytes());
        json.put("duplicate", receipt.duplicate());
        json.put("group_size", receipt.groupSize());
        json.put("queue_ms", receipt.queueMillis());
        json.put("commit_ms", receipt.commitMillis());
        receipt.keyExpires().ifPresent(expires -> json.put("key_expires", expires.toString()));
        return json;
    }

    /** Returns one table of a listing; what is not known is null. */
    static ObjectNode table(TableListing listing) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("table", listing.table().toString());
        ArrayNode namespace = json.putArray("namespace");
        for (String level : listing.table().namespace().levels()) {
            namespace.add(level);
        }
        json.put("name", listing.table().name());
        putIfKnown(json, "rows", listing.rows());
        putIfKnown(json, "bytes", listing.bytes());
        json.put("snapshots", listing.snapshots());
        putIfKnown(json, "snapshot_id", listing.snapshotId());
        ArrayNode columns = json.putArray("columns");
        for (NestedField column : listing.columns().columns()) {
            columns.addObject()
                    .put("name", column.name())
                    .put("type", DuckDbTypes.shown(column.type()))
                    .put("nullable", column.isOptional());
        }
        if (!listing.problem().isEmpty()) {
            json.put("problem", listing.problem());
        }
        return json;
    }

    /** Returns one snapshot of a listing. */
    static ObjectNode snapshot(SnapshotListing listing) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("snapshot_id", listing.snapshotId());
        putIfKnown(json, "parent_id", listing.parentId());
        json.put("sequence_number", listing.sequenceNumber());
        json.put("committed_at", listing.committedAt().toString());
        json.put("operation", listing.operation());
        json.put("current", listing.current());
        ObjectNode summary = json.putObject("summary");
        new TreeMap<>(listing.summary()).forEach(summary::put);
        return json;
    }

    /** Returns the files of a table that nothing refers to. */
    static ObjectNode orphans(OrphanListing listing) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("table", listing.table().toString());
        json.put("removed", listing.removed());
        json.put("total_bytes", listing.totalBytes());
        ArrayNode files = json.putArray("files");
        for (OrphanFile file : listing.files()) {
            ObjectNode entry = files.addObject()
                    .put("location", file.location())
                    .put("bytes", file.bytes())
                    .put("age_seconds", file.age().toSeconds());
            file.upload().ifPresent(id -> entry.put("unfinished_upload", id));
        }
        ArrayNode failures = json.putArray("failures");
        listing.failures().forEach(failures::add);
        return json;
    }

    /** Returns what a stream that follows a table says between rows: where it may be resumed from. */
    static String followMark(String type, long snapshotId, long sequenceNumber) {
        return MAPPER.createObjectNode()
                .put("type", type)
                .put("snapshot_id", snapshotId)
                .put("sequence_number", sequenceNumber)
                .toString();
    }

    private static void putIfKnown(ObjectNode json, String name, long value) {
        if (value < 0) {
            json.putNull(name);
        } else {
            json.put(name, value);
        }
    }

    /** Returns an object as UTF-8. */
    static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Returns an object as text that fits into a header: every letter beyond ASCII is escaped. */
    static String ascii(ObjectNode json) {
        StringBuilder escaped = new StringBuilder();
        json.toString()
                .chars()
                .forEach(letter -> escaped.append(
                        letter < 0x7f ? String.valueOf((char) letter) : String.format("\\u%04x", letter)));
        return escaped.toString();
    }

    /** Returns the object that a client sent. */
    static ObjectNode object(String text) {
        return asObject(text)
                .orElseThrow(() -> new EiderException(ErrorCode.INVALID_REQUEST, "The body is not a JSON object"));
    }

    /** Returns the object that a text is, if it is one. */
    static Optional<ObjectNode> asObject(String text) {
        try {
            return MAPPER.readTree(text) instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (JsonProcessingException malformed) {
            return Optional.empty();
        }
    }

    /** Returns a field that has to be text. */
    static String text(ObjectNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null || !value.isTextual()) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "The body needs the text field \"" + name + "\"");
        }
        return value.asText();
    }
}
