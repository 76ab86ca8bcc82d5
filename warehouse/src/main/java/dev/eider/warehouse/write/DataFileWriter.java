package dev.eider.warehouse.write;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.storage.DataFilePlace;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.types.DuckDbTypes;
import dev.eider.warehouse.types.SchemaBinding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns validated batches into durable data files with metrics. Several small streams may share one call, and so one
 * file.
 *
 * <p>Thread-safe. On any exception the files of the call are gone.
 */
final class DataFileWriter {
    private static final Logger LOG = LoggerFactory.getLogger(DataFileWriter.class);
    private static final Set<String> CODECS = Set.of("zstd", "snappy", "gzip", "uncompressed");

    private static final Pattern ZSTD_LEVEL = Pattern.compile("[1-9]|1[0-9]|2[0-2]");

    private final QueryEngine engine;
    private final Storage storage;
    private final WriteConfig config;
    private final BufferAllocator allocator;

    DataFileWriter(QueryEngine engine, Storage storage, WriteConfig config, BufferAllocator allocator) {
        this.engine = engine;
        this.storage = storage;
        this.config = config;
        this.allocator = allocator;
    }

    /**
     * The batches of one caller: validated, and bound to the table that they go to.
     *
     * @param binding how their columns become the table's
     * @param batches read once, and closed, by the writer
     */
    record ValidatedRows(SchemaBinding binding, ArrowReader batches) {}

    /** Writes all rows, in files of the target size, in any order. */
    List<DataFile> write(TableState target, ValidatedRows rows) {
        try (EngineConnection connection = engine.connect()) {
            return write(target, List.of(rows), false, connection);
        }
    }

    /**
     * Writes all rows of all members into one file, one member after the other, and each in its order.
     *
     * @param bytes how much they hold in memory
     * @param members gives all their rows each time it is asked
     */
    List<DataFile> writeTogether(TableState target, long bytes, Supplier<List<ValidatedRows>> members) {
        Optional<EngineConnection> serial = engine.connectSerial(bytes);
        if (serial.isPresent()) {
            try (EngineConnection connection = serial.get()) {
                return write(target, members.get(), true, connection);
            } catch (EiderException e) {
                if (e.code() != ErrorCode.TOO_LARGE) {
                    throw e;
                }
                LOG.debug("Small appends take more memory than expected, table={}", target.identifier(), e);
            }
        }
        try (EngineConnection connection = engine.connect()) {
            return write(target, members.get(), true, connection);
        }
    }

    private List<DataFile> write(
            TableState target, List<ValidatedRows> members, boolean ordered, EngineConnection connection) {
        String name = UUID.randomUUID().toString();
        String location = LocationProviders.locationsFor(
                        target.metadata().location(), target.metadata().properties())
                .newDataLocation(name);
        try (DataFilePlace place = storage.place(location)) {
            try {
                String select = register(connection, members);
                Path base = place.directory().resolve(name);
                if (!ordered) {
                    place.sendWhileWritten();
                }
                List<WrittenFile> written =
                        connection.query(copy(target, select, base, ordered), WrittenFile::read).stream()
                                .sorted(Comparator.comparingInt(WrittenFile::ordinal))
                                .toList();
                List<DataFile> files = new ArrayList<>();
                for (WrittenFile file : written) {
                    files.add(FileMetrics.of(target.table(), file, place.location(file.path()), connection));
                }
                place.store(written.stream().map(WrittenFile::path).toList());
                return files;
            } catch (IOException e) {
                place.discard();
                throw notWritten(target, "", e);
            } catch (EiderException e) {
                place.discard();
                throw e.code() == ErrorCode.STORAGE_FAILED ? notWritten(target, ": " + e.text(), e) : e;
            } catch (RuntimeException e) {
                place.discard();
                throw e;
            }
        }
    }

    private static EiderException notWritten(TableState target, String why, Exception cause) {
        return new EiderException(
                ErrorCode.STORAGE_FAILED,
                "Data files of table %s cannot be written%s".formatted(target.identifier(), why),
                cause);
    }

    /** Returns a query over the rows of all members, one after the other. */
    private String register(EngineConnection connection, List<ValidatedRows> members) {
        StringJoiner select = new StringJoiner(" UNION ALL ");
        for (int i = 0; i < members.size(); i++) {
            String relation = "eider_rows_" + i;
            connection.register(relation, members.get(i).batches(), allocator);
            select.add("SELECT %s FROM %s".formatted(members.get(i).binding().projection(relation), relation));
        }
        return select.toString();
    }

    /** The engine keeps the order of rows only while it writes a single file. */
    private String copy(TableState target, String rows, Path base, boolean ordered) {
        String destination = ordered ? base + "-0.parquet" : String.valueOf(base.getParent());
        String layout = ordered
                ? ""
                : "FILE_SIZE_BYTES %d, FILENAME_PATTERN '%s-{i}', OVERWRITE_OR_IGNORE, "
                        .formatted(config.targetFileBytes(), base.getFileName());
        return "COPY (%s) TO %s (FORMAT parquet, COMPRESSION %s, ROW_GROUP_SIZE %d, FIELD_IDS %s, "
                        .formatted(
                                rows,
                                SqlText.quoteLiteral(destination),
                                compression(target, ordered),
                                config.rowGroupRows(),
                                DuckDbTypes.fieldIds(target.metadata().schema()))
                + layout + "WRITE_EMPTY_FILE false, RETURN_STATS)";
    }

    /** The quickest level costs few bytes in the small files that appends share; a table may ask for another. */
    private static String compression(TableState target, boolean ordered) {
        String codec = codec(target);
        if (!codec.equals("zstd")) {
            return codec;
        }
        String level = target.metadata().property(TableProperties.PARQUET_COMPRESSION_LEVEL, "");
        if (level.isEmpty()) {
            return ordered ? "zstd, COMPRESSION_LEVEL 1" : codec;
        }
        if (!ZSTD_LEVEL.matcher(level).matches()) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "Table %s asks for the compression level %s: Eider writes zstd of the levels 1 to 22"
                            .formatted(target.identifier(), level));
        }
        return "zstd, COMPRESSION_LEVEL " + level;
    }

    private static String codec(TableState target) {
        String codec = target.metadata()
                .property(TableProperties.PARQUET_COMPRESSION, "zstd")
                .toLowerCase(Locale.ROOT);
        if (!CODECS.contains(codec)) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "Table %s asks for the Parquet codec %s: Eider writes %s"
                            .formatted(target.identifier(), codec, CODECS));
        }
        return codec;
    }

    /** Removes the directories of a table that came to nothing, as far as they hold no file. */
    void removeEmptyDirectories(TableState target) {
        storage.removeEmptyDirectories(target.metadata().location());
    }

    /** Removes files that were written but never will be committed. */
    void delete(List<DataFile> files) {
        for (DataFile file : files) {
            try {
                storage.io().deleteFile(file.location());
            } catch (NotFoundException gone) {
                LOG.debug("A file was removed before, location={}", file.location(), gone);
            }
        }
    }

    /**
     * What the engine reports of a file that it wrote.
     *
     * @param ordinal its place in the order of the rows
     */
    record WrittenFile(Path path, int ordinal, long rows, long bytes) {
        static WrittenFile read(java.sql.ResultSet row) throws java.sql.SQLException {
            Path path = Path.of(row.getString("filename"));
            String name = path.getFileName().toString();
            int ordinal = Integer.parseInt(name.substring(name.lastIndexOf('-') + 1, name.lastIndexOf('.')));
            return new WrittenFile(path, ordinal, row.getLong("count"), row.getLong("file_size_bytes"));
        }
    }
}
