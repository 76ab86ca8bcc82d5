package dev.eider.cli.client;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One table of a listing. Immutable.
 *
 * @param namespace the levels of where it lives
 * @param table its name: with the namespace if the gateway also gives {@code name}, else without
 * @param name its name within the namespace
 * @param rows live rows, if the gateway knows
 * @param bytes size of its data files, if the gateway knows
 * @param snapshots how many snapshots are kept
 * @param snapshotId the current one, absent before the first
 * @param columns its columns in order
 * @param problem why it cannot be read, if it cannot
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TableSummary(
        @JsonProperty("namespace") @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
                List<String> namespace,
        @JsonProperty("table") String table,
        @JsonProperty("name") @Nullable String name,
        @JsonProperty("rows") @Nullable Long rows,
        @JsonProperty("bytes") @Nullable Long bytes,
        @JsonProperty("snapshots") int snapshots,
        @JsonProperty("snapshot_id") @Nullable Long snapshotId,
        @JsonProperty("columns") List<Column> columns,
        @JsonProperty("problem") @Nullable String problem) {

    /** Copies the lists, so that nobody changes them later. */
    public TableSummary {
        namespace = namespace == null ? List.of() : List.copyOf(namespace);
        columns = columns == null ? List.of() : List.copyOf(columns);
    }

    /** Returns the namespace and the name, with dots between. */
    public String fullName() {
        return name != null || namespace.isEmpty() ? table : String.join(".", namespace) + "." + table;
    }

    /** One column: its name, its type in words, and whether values may be missing. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Column(
            @JsonProperty("name") String name,
            @JsonProperty("type") String type,
            @JsonProperty("nullable") boolean nullable) {}
}
