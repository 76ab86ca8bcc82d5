package dev.eider.warehouse.maintenance;

import java.time.Duration;

/**
 * What to look for among the files of a table. Immutable.
 *
 * @param olderThan the age below which a file is never an orphan: it may belong to a commit that is under way
 * @param remove whether to delete what is found
 */
public record OrphanRequest(Duration olderThan, boolean remove) {
    /** The age that is safe for writers of any kind. */
    public static final Duration SAFE_AGE = Duration.ofHours(24);
}
