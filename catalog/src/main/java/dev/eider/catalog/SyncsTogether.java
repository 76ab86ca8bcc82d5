package dev.eider.catalog;

import java.util.Collection;
import org.apache.iceberg.io.OutputFile;

/**
 * A {@code FileIO} that makes several files durable, on a disk or in a bucket, in little longer than one. Until then they
 * can be read, by this process. Implementations are thread-safe.
 */
public interface SyncsTogether {
    /** Returns a file that is not durable when its stream is closed, but once {@link #sync} was told of it. */
    OutputFile newUnsyncedOutputFile(String location);

    /** Makes closed files durable, with the directories that they are in. */
    void sync(Collection<String> locations);
}
