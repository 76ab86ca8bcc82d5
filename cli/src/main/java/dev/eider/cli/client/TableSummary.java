package dev.eider.cli.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * One table of a listing. Immutable.
 *
 * @param namespace where it lives
 * @param table its name in there
 * @param rows live rows, -1 if unknown
 * @param bytes size of its data files, -1 if unknown
 * @param snapshots how many snapshots are kept
 * @param snapshotId the current one, -1 before the first
 * @param columns its columns in order
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TableSummary(
        @JsonProperty("namespace") String namespace,
        @JsonProperty("table") String table,
        @JsonProperty("rows") long rows,
        @JsonProperty("bytes") long bytes,
        @JsonProperty("snapshots") int snapshots,
        @JsonProperty("snapshot_id") long snapshotId,
        @JsonProperty("columns") List<Column> columns) {

    /** Copies the list, so that nobody changes it later. */
    public TableSummary {
        columns = columns == null ? List.of() : List.copyOf(columns);
    }

    /** One column: its name, its type in words, and whether values may be missing. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Column(
            @JsonProperty("name") String name,
            @JsonProperty("type") String type,
            @JsonProperty("nullable") boolean nullable) {}
}
