package dev.eider.warehouse.storage;

/**
 * What was asked of buckets since the storage was opened. Immutable.
 *
 * @param puts requests that write: whole objects, parts, the beginning and the end of uploads in parts
 * @param gets requests for the content of objects
 * @param heads requests for the size of objects
 * @param lists requests for names
 * @param deletes requests that remove
 * @param failed requests that were answered with an error or not at all, each attempt counted
 * @param bytesWritten content that was sent
 * @param bytesRead content that was asked for and came
 */
public record StorageTraffic(
        long puts, long gets, long heads, long lists, long deletes, long failed, long bytesWritten, long bytesRead) {

    /** Returns what was asked since an earlier moment. */
    public StorageTraffic since(StorageTraffic earlier) {
        return new StorageTraffic(
                puts - earlier.puts,
                gets - earlier.gets,
                heads - earlier.heads,
                lists - earlier.lists,
                deletes - earlier.deletes,
                failed - earlier.failed,
                bytesWritten - earlier.bytesWritten,
                bytesRead - earlier.bytesRead);
    }
}
