package dev.eider.catalog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.OutputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadata.MetadataLogEntry;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.LocationUtil;
import org.jspecify.annotations.Nullable;

/**
 * Table metadata files: written once under a name of their own, never changed, and remembered once parsed.
 *
 * <p>Keeps the most recently used, as many as fit into one budget of memory, whatever the number of tables: an eighth of
 * the heap, at most 256 MB. Thread-safe.
 */
final class MetadataFiles {
    private static final long BUDGET = Math.min(256L << 20, Runtime.getRuntime().maxMemory() / 8);
    /** What a table and what a snapshot of it take on the heap, with the manifests that were looked at, estimated. */
    private static final long TABLE_BYTES = 32 << 10;

    private static final long SNAPSHOT_BYTES = 8 << 10;

    private static final JsonFactory JSON = new JsonFactory();

    private final FileIO io;
    private final Map<String, TableMetadata> recent = new LinkedHashMap<>(64, 0.75f, true);
    private final long budget;
    private long used;

    MetadataFiles(FileIO io) {
        this(io, BUDGET);
    }

    /** Remembers as much as fits into a number of bytes, and the last one in any case. */
    MetadataFiles(FileIO io, long budget) {
        this.io = io;
        this.budget = budget;
    }

    static long weight(TableMetadata metadata) {
        return TABLE_BYTES + SNAPSHOT_BYTES * metadata.snapshots().size();
    }

    /** Returns the metadata at a location while it is remembered. */
    Optional<TableMetadata> remembered(String location) {
        synchronized (recent) {
            return Optional.ofNullable(recent.get(location));
        }
    }

    /** Returns how many are remembered. */
    int size() {
        synchronized (recent) {
            return recent.size();
        }
    }

    /** Returns the metadata at a location, reading it at most once while it is remembered. */
    TableMetadata read(String location) {
        synchronized (recent) {
            TableMetadata known = recent.get(location);
            if (known != null) {
                return known;
            }
        }
        TableMetadata read = parsed(location);
        remember(read);
        return read;
    }

    private TableMetadata parsed(String location) {
        try {
            return TableMetadataParser.read(io, location);
        } catch (RuntimeIOException e) {
            // Files that cannot be read and those that are no JSON end alike.
            if (e.getCause() instanceof JsonProcessingException) {
                throw unreadable(location, e);
            }
            throw e;
        } catch (IllegalArgumentException
                | IllegalStateException
                | NullPointerException
                | ClassCastException
                | UnsupportedOperationException
                | ArithmeticException
                | DateTimeException
                | ValidationException e) {
            throw unreadable(location, e);
        }
    }

    /** Names the file without where it is: callers did not name that. */
    private static EiderException unreadable(String location, RuntimeException e) {
        return new EiderException(
                ErrorCode.UNSUPPORTED,
                "its metadata file %s is not understood: %s"
                        .formatted(location.substring(location.lastIndexOf('/') + 1), reason(e)),
                e);
    }

    private static String reason(RuntimeException e) {
        if (e.getCause() instanceof JsonParseException json) {
            JsonLocation place = json.getLocation();
            return "it is no JSON at line %d, column %d".formatted(place.getLineNr(), place.getColumnNr());
        }
        return String.valueOf(
                e.getCause() instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage());
    }

    /** Spares others the reading of metadata that has become current. */
    void remember(TableMetadata metadata) {
        synchronized (recent) {
            TableMetadata former = recent.put(metadata.metadataFileLocation(), metadata);
            used += weight(metadata) - (former == null ? 0 : weight(former));
            Iterator<TableMetadata> eldest = recent.values().iterator();
            while (used > budget && recent.size() > 1) {
                used -= weight(eldest.next());
                eldest.remove();
            }
        }
    }

    /**
     * Writes metadata to a file of its own.
     *
     * @param base the location of what it replaces; its number is counted up
     * @return the same metadata, which knows its location
     */
    static TableMetadata write(TableMetadata metadata, @Nullable String base, FileIO files) {
        String codec =
                metadata.property(TableProperties.METADATA_COMPRESSION, TableProperties.METADATA_COMPRESSION_DEFAULT);
        String name =
                "%05d-%s%s".formatted(number(base) + 1, UUID.randomUUID(), TableMetadataParser.getFileExtension(codec));
        String location = location(metadata, name);
        if (codec.toLowerCase(Locale.ROOT).equals(TableProperties.METADATA_COMPRESSION_DEFAULT)) {
            writePlain(metadata, files, location);
        } else {
            TableMetadataParser.write(metadata, files.newOutputFile(location));
        }
        return TableMetadata.buildFrom(metadata)
                .discardChanges()
                .withMetadataLocation(location)
                .build();
    }

    /**
     * Without the blanks and line ends that Iceberg's own writer spends a fifth of the file on. No other file has the name,
     * so that nobody asks a bucket whether it is there.
     */
    private static void writePlain(TableMetadata metadata, FileIO files, String location) {
        try (OutputStream out = files.newOutputFile(location).createOrOverwrite();
                JsonGenerator json = JSON.createGenerator(out)) {
            TableMetadataParser.toJson(metadata, json);
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Failed to write %s", location);
        }
    }

    /**
     * Returns the metadata files that a change of a table lets go: those that leave the metadata log, where the table's
     * {@code write.metadata.delete-after-commit.enabled} says that they may be deleted. How long the log is, the table's
     * {@code write.metadata.previous-versions-max} says.
     */
    static List<String> released(TableMetadata before, TableMetadata after) {
        if (!after.propertyAsBoolean(
                TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
                TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED_DEFAULT)) {
            return List.of();
        }
        Set<String> kept = new HashSet<>();
        kept.add(after.metadataFileLocation());
        after.previousFiles().forEach(entry -> kept.add(entry.file()));
        return Stream.concat(
                        before.previousFiles().stream().map(MetadataLogEntry::file),
                        Stream.of(before.metadataFileLocation()))
                .filter(location -> !kept.contains(location))
                .distinct()
                .toList();
    }

    /** Returns the same as files that are retired now. */
    static List<RetiredFile> retired(TableMetadata before, TableMetadata after, Instant now, Duration grace) {
        return released(before, after).stream()
                .map(location -> new RetiredFile(location, after.uuid(), now, now.plus(grace)))
                .toList();
    }

    /** Returns where a metadata file of a table is, by its name. */
    static String location(TableMetadata metadata, String fileName) {
        String directory = metadata.properties().get(TableProperties.WRITE_METADATA_LOCATION);
        return directory == null
                ? metadata.location() + "/metadata/" + fileName
                : LocationUtil.stripTrailingSlash(directory) + "/" + fileName;
    }

    private static int number(@Nullable String location) {
        if (location == null) {
            return -1;
        }
        String name = location.substring(location.lastIndexOf('/') + 1);
        int end = name.indexOf('-');
        return end > 0 && name.substring(0, end).matches("\\d{1,9}") ? Integer.parseInt(name.substring(0, end)) : -1;
    }
}
