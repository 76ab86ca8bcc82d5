package dev.eider.catalog;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.io.FileIO;

/** Parsed metadata files, which never change once they are written. Keeps the most recently used. Thread-safe. */
final class MetadataCache {
    /** A metadata file of the default history policy takes about 1 MB of heap. */
    private static final int CAPACITY = 64;

    private final FileIO io;
    private final Map<String, TableMetadata> recent = new LinkedHashMap<>(CAPACITY, 0.75f, true);

    MetadataCache(FileIO io) {
        this.io = io;
    }

    /** Returns the metadata at a location, reading it at most once while it stays in the cache. */
    TableMetadata read(String location) {
        synchronized (recent) {
            TableMetadata known = recent.get(location);
            if (known != null) {
                return known;
            }
        }
        TableMetadata read = TableMetadataParser.read(io, location);
        synchronized (recent) {
            recent.put(location, read);
            if (recent.size() > CAPACITY) {
                recent.remove(recent.keySet().iterator().next());
            }
        }
        return read;
    }
}
