package dev.eider.catalog;

import java.time.Instant;

/**
 * One commit as the log knows it, whether or not its snapshot is kept. Immutable.
 *
 * @param snapshotId the branch's new head
 * @param parentId the head before it, -1 if there was none
 * @param removesFiles whether it took files or rows out of the table
 * @param until when the branch was set back behind it, {@link Instant#MAX} if never
 * @param branch the branch that it was committed to
 */
public record LoggedCommit(
        long snapshotId,
        long parentId,
        long sequenceNumber,
        Instant committedAt,
        boolean removesFiles,
        Instant until,
        String branch) {}
