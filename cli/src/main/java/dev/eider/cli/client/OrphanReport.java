package dev.eider.cli.client;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a table that nothing refers to. Immutable.
 *
 * @param table the table's full name
 * @param removed whether they were deleted
 * @param totalBytes their size together
 * @param files each of them
 * @param failures the locations that could not be deleted
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record OrphanReport(
        @JsonProperty("table") String table,
        @JsonProperty("removed") boolean removed,
        @JsonProperty("total_bytes") long totalBytes,
        @JsonProperty("files") List<OrphanEntry> files,
        @JsonProperty("failures") List<String> failures) {

    /**
     * One file that nothing refers to.
     *
     * @param upload the id of an upload that was begun and not finished, null for a file
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record OrphanEntry(
            @JsonProperty("location") String location,
            @JsonProperty("bytes") long bytes,
            @JsonProperty("age_seconds") long ageSeconds,
            @JsonProperty("unfinished_upload") @Nullable String upload) {}

    /** Copies the lists, so that nobody changes them later. */
    public OrphanReport {
        files = files == null ? List.of() : List.copyOf(files);
        failures = failures == null ? List.of() : List.copyOf(failures);
    }
}
