package dev.eider.warehouse.maintenance;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * The files of a table that nothing refers to. Immutable.
 *
 * @param table the table's name as the catalog spells it
 * @param files what was found, ordered by location
 * @param removed whether they were deleted, except those in {@code failures}
 * @param failures the locations that could not be deleted
 */
public record OrphanListing(TableIdentifier table, List<OrphanFile> files, boolean removed, List<String> failures) {

    /**
     * One file that nothing refers to; its age counts from its last modification.
     *
     * @param upload the id of an upload in parts that was begun and not finished: there is no such file yet
     */
    public record OrphanFile(String location, long bytes, Duration age, Optional<String> upload) {}

    /** Copies the lists, so that nobody changes them later. */
    public OrphanListing {
        files = List.copyOf(files);
        failures = List.copyOf(failures);
    }

    /** Returns the size of all files together. */
    public long totalBytes() {
        return files.stream().mapToLong(OrphanFile::bytes).sum();
    }
}
