package dev.eider.cli.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's answer to one commit: these rows are durable and visible. Immutable.
 *
 * @param table where they went
 * @param branch the branch that has them; absent from an older gateway
 * @param snapshotId the snapshot that shows them; absent when nothing was appended to an empty table
 * @param sequenceNumber that snapshot's place in the order of commits
 * @param rows how many
 * @param fileCount how many data files hold them
 * @param bytes size of those files
 * @param duplicate whether an earlier call had stored them already
 * @param groupSize how many appends share the commit
 * @param queueMillis how long the append waited for its turn
 * @param commitMillis how long the commit took
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Receipt(
        @JsonProperty("table") String table,
        @JsonProperty("branch") @Nullable String branch,
        @JsonProperty("snapshot_id") @Nullable Long snapshotId,
        @JsonProperty("sequence_number") long sequenceNumber,
        @JsonProperty("rows") long rows,
        @JsonProperty("file_count") int fileCount,
        @JsonProperty("bytes") long bytes,
        @JsonProperty("duplicate") boolean duplicate,
        @JsonProperty("group_size") int groupSize,
        @JsonProperty("queue_ms") long queueMillis,
        @JsonProperty("commit_ms") long commitMillis) {

    /** Returns words for a person who has to know that nothing was stored this time; empty for a first append. */
    public String repetition() {
        return duplicate ? ", stored already by an earlier call" : "";
    }

    /** Returns the snapshot's id, or words that say that there is none. */
    public String snapshot() {
        return snapshotId == null ? "no snapshot" : "snapshot " + snapshotId;
    }
}
