package dev.eider.catalog;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files of one attempt to commit: remembers what is written, so that a refused attempt can remove it.
 *
 * <p>Thread-safe. The files underneath stay their owner's.
 */
final class RecordingFiles implements FileIO {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(RecordingFiles.class);

    private final transient FileIO files;
    private final Set<String> written = ConcurrentHashMap.newKeySet();

    RecordingFiles(FileIO files) {
        this.files = files;
    }

    @Override
    public InputFile newInputFile(String location) {
        return files.newInputFile(location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        written.add(location);
        return files instanceof SyncsTogether unsynced
                ? unsynced.newUnsyncedOutputFile(location)
                : files.newOutputFile(location);
    }

    /**
     * Removes a file of this attempt. Any other stays: it belongs to what is current until the attempt is in, and running
     * reads may need it after that, so that it goes with its grace period.
     */
    @Override
    public void deleteFile(String location) {
        if (written.remove(location)) {
            files.deleteFile(location);
        }
    }

    @Override
    public Map<String, String> properties() {
        return Map.of();
    }

    /** Makes everything that was written, and not deleted since, durable. */
    void sync() {
        if (files instanceof SyncsTogether unsynced) {
            unsynced.sync(written);
        }
    }

    /** Removes what was written. What cannot be removed is left to the clean-up of orphan files. */
    void discard() {
        written.forEach(location -> {
            try {
                files.deleteFile(location);
            } catch (RuntimeException e) {
                LOG.debug("Left a file of a refused commit, location={}", location, e);
            }
        });
        written.clear();
    }
}
