package dev.eider.catalog;

import java.util.Collection;
import org.apache.iceberg.io.OutputFile;

/**
 * A {@code FileIO} whose files need to be forced to the disk: several at once take little longer than one. Storage whose
 * files are durable once they are closed has no need of it. Implementations are thread-safe.
 */
public interface SyncsTogether {
    /** Returns a file that is not durable when its stream is closed, but once {@link #sync} was told of it. */
    OutputFile newUnsyncedOutputFile(String location);

    /** Makes closed files durable, with the directories that they are in. */
    void sync(Collection<String> locations);
}
