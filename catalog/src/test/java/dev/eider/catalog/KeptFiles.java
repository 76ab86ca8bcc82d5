package dev.eider.catalog;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.OutputFile;

/**
 * Files in memory that outlive the catalogs that write them, as files on a disk do, and which can be counted.
 *
 * <p>Thread-safe.
 */
final class KeptFiles extends InMemoryFileIO {
    private final Set<String> existing = ConcurrentHashMap.newKeySet();
    private final Set<String> deleted = ConcurrentHashMap.newKeySet();
    private volatile Consumer<String> beforeWrite = location -> {};

    /** Sets what runs before a file is written, on the writer's thread; it may wait, or fail. */
    void beforeWrite(Consumer<String> action) {
        beforeWrite = action;
    }

    /** Returns where there are files now. */
    Set<String> existing() {
        return Set.copyOf(existing);
    }

    /** Returns what anybody wanted to have deleted, be it there or not. */
    Set<String> deleted() {
        return Set.copyOf(deleted);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        beforeWrite.accept(location);
        return super.newOutputFile(location);
    }

    @Override
    public void addFile(String location, byte[] contents) {
        super.addFile(location, contents);
        existing.add(location);
    }

    @Override
    public void deleteFile(String location) {
        existing.remove(location);
        deleted.add(location);
        super.deleteFile(location);
    }

    @Override
    public void close() {
        // The next catalog reads them.
    }
}
