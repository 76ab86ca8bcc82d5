package dev.eider.cli.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One kept snapshot of a table. Immutable.
 *
 * @param snapshotId its id
 * @param parentId what it was made from, absent or -1 for the first
 * @param sequenceNumber its place in the order of commits
 * @param committedAt when it became current, ISO 8601
 * @param operation append, overwrite, delete or replace
 * @param current whether reads see it now
 * @param summary the counts that its writer recorded
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record SnapshotSummary(
        @JsonProperty("snapshot_id") long snapshotId,
        @JsonProperty("parent_id") @Nullable Long parentId,
        @JsonProperty("sequence_number") long sequenceNumber,
        @JsonProperty("committed_at") String committedAt,
        @JsonProperty("operation") String operation,
        @JsonProperty("current") boolean current,
        @JsonProperty("summary") Map<String, String> summary) {

    /** Copies the map, so that nobody changes it later. */
    public SnapshotSummary {
        summary = summary == null ? Map.of() : Map.copyOf(summary);
    }

    /** Returns one count of the summary as a number, -1 if it is not there. */
    public long count(String key) {
        try {
            return Long.parseLong(summary.getOrDefault(key, "-1"));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
