package dev.eider.warehouse.changes;

import dev.eider.catalog.LoggedCommit;
import dev.eider.warehouse.scan.ScanFile;
import java.util.List;

/**
 * Which files hold the rows that a range of commits inserted and deleted. Immutable.
 *
 * @param commits those that changed rows, in their order
 */
record ChangePlan(List<CommitChanges> commits) {
    ChangePlan {
        commits = List.copyOf(commits);
    }

    /**
     * What one commit did.
     *
     * @param inserted files whose live rows it added
     * @param before files as they were before it, of which it deleted rows
     * @param after the same files with what it left of them; those that it removed are missing
     */
    record CommitChanges(LoggedCommit commit, List<ScanFile> inserted, List<ScanFile> before, List<ScanFile> after) {
        CommitChanges {
            inserted = List.copyOf(inserted);
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }
}
