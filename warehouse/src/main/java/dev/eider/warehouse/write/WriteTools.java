package dev.eider.warehouse.write;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.LedgerEntry;
import dev.eider.catalog.SnapshotCommitter;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;

/** What every append is carried out with; all of it is shared and thread-safe. */
record WriteTools(
        TableCatalog catalog,
        WriteConfig config,
        BufferAllocator allocator,
        DataFileWriter writer,
        SmallAppends small,
        OpenWrites openWrites) {

    SnapshotCommitter committer() {
        return catalog.committer();
    }

    /** Returns the receipt that an earlier append of the same key was answered with; refused if it was rolled back. */
    AppendReceipt repeated(TableState table, String branch, LedgerEntry earlier) {
        TableState now = catalog.load(table.identifier());
        if (catalog.history().isRolledBack(now, branch, earlier)) {
            throw new EiderException(
                    ErrorCode.ALREADY_EXISTS,
                    "The append of idempotency key \"%s\" was rolled back with snapshot %d: use another key to store it again"
                            .formatted(earlier.key().key(), earlier.snapshotId()));
        }
        RowPlacement.Share share = AppendKey.share(earlier, now.metadata().location());
        return new AppendReceipt(
                now.identifier(),
                branch,
                earlier.snapshotId() < 0 ? OptionalLong.empty() : OptionalLong.of(earlier.snapshotId()),
                earlier.sequenceNumber(),
                earlier.key().rows(),
                share.files(),
                share.bytes(),
                true,
                1,
                0,
                0,
                Optional.of(earlier.committed().plus(config.keyRetention())));
    }
}
