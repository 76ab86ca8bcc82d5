package dev.eider.warehouse.storage;

import java.time.Instant;
import java.util.List;

/**
 * Uploads in parts that are under way, or that a process left behind when it was killed: they are no files, but take
 * room. Implementations are thread-safe.
 */
public interface UnfinishedUploads {
    /** Of storage without buckets. */
    UnfinishedUploads NONE = new UnfinishedUploads() {
        @Override
        public List<Upload> below(String location) {
            return List.of();
        }

        @Override
        public void abort(Upload upload) {}
    };

    /**
     * One upload.
     *
     * @param location of the file that it was to become
     * @param id tells it from other uploads to the same location
     */
    record Upload(String location, String id, Instant begun) {}

    /** Returns those of files below a location. */
    List<Upload> below(String location);

    /** Gives one up, and with it what was sent. */
    void abort(Upload upload);
}
