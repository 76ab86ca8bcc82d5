package dev.eider.warehouse.scan;

import dev.eider.catalog.DaemonThreads;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the columns of data files from their footers, and remembers them: files never change.
 *
 * <p>Thread-safe; bounded in the number of files remembered.
 */
final class FileShapes {
    private static final Logger LOG = LoggerFactory.getLogger(FileShapes.class);
    private static final int MAX_REMEMBERED = 20_000;
    private static final int READERS = 16;
    private static final long POLL_MILLIS = 50;
    private static final ParquetReadOptions WITHOUT_ROW_GROUPS = ParquetReadOptions.builder(
                    new PlainParquetConfiguration())
            .withMetadataFilter(ParquetMetadataConverter.SKIP_ROW_GROUPS)
            .build();

    private final ExecutorService readers = DaemonThreads.pool("eider-footers", READERS);
    private final Map<Key, FileShape> remembered = new LinkedHashMap<>(16, 0.75f, true);
    /** Files of a table mostly look the same: equal shapes share one object. */
    private @Nullable FileShape latest;

    /** A file under the name mapping by which its columns were found. */
    private record Key(String location, String mapping) {}

    FileShape of(TableState state, String location, ScanPaths paths) {
        Key key = key(state, location);
        FileShape known = known(key);
        return known == null ? read(key, paths.input(location)) : known;
    }

    /**
     * Reads the footers of several files side by side, so that their shapes are known after that.
     *
     * @param requireWanted asked now and then; what it throws ends this
     */
    void learn(TableState state, Set<String> locations, ScanPaths paths, Runnable requireWanted) {
        List<Future<FileShape>> reading = new ArrayList<>();
        for (String location : locations) {
            Key key = key(state, location);
            if (reading.size() < MAX_REMEMBERED && known(key) == null) {
                InputFile file = paths.input(location);
                reading.add(readers.submit(() -> read(key, file)));
            }
        }
        try {
            for (Future<FileShape> read : reading) {
                await(read, requireWanted);
            }
        } finally {
            reading.forEach(read -> read.cancel(false));
        }
    }

    private static void await(Future<FileShape> read, Runnable requireWanted) {
        while (true) {
            requireWanted.run();
            try {
                read.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                LOG.trace("A footer takes its time", e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EiderException(ErrorCode.CANCELLED, "The query was cancelled", e);
            }
        }
    }

    private static Key key(TableState state, String location) {
        return new Key(location, state.metadata().property(TableProperties.DEFAULT_NAME_MAPPING, ""));
    }

    private @Nullable FileShape known(Key key) {
        synchronized (remembered) {
            return remembered.get(key);
        }
    }

    private FileShape read(Key key, InputFile file) {
        FileShape read = shape(key, footer(key.location(), file));
        synchronized (remembered) {
            FileShape shared = latest != null && latest.equals(read) ? latest : read;
            latest = shared;
            remembered.put(key, shared);
            if (remembered.size() > MAX_REMEMBERED) {
                remembered.remove(remembered.keySet().iterator().next());
            }
            return shared;
        }
    }

    private static MessageType footer(String location, InputFile file) {
        try (ParquetFileReader reader = ParquetFileReader.open(file, WITHOUT_ROW_GROUPS)) {
            return reader.getFileMetaData().getSchema();
        } catch (NoSuchFileException e) {
            throw new NotFoundException(e, "File does not exist: %s", location);
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot read the footer of %s", location);
        }
    }

    private static FileShape shape(Key key, MessageType footer) {
        if (ParquetSchemaUtil.hasIds(footer)) {
            return new FileShape(
                    FileShape.Ids.FILE,
                    ParquetSchemaUtil.convertAndPrune(footer).asStruct());
        }
        if (key.mapping().isEmpty()) {
            return new FileShape(FileShape.Ids.PLACES, byPlaces(footer));
        }
        MessageType mapped = ParquetSchemaUtil.applyNameMapping(footer, NameMappingParser.fromJson(key.mapping()));
        return new FileShape(
                FileShape.Ids.NAMES, ParquetSchemaUtil.convertAndPrune(mapped).asStruct());
    }

    /** What is nested has no ids that mean anything. */
    private static StructType byPlaces(MessageType footer) {
        List<NestedField> columns = new ArrayList<>();
        for (NestedField column : ParquetSchemaUtil.convert(footer).columns()) {
            Type type = column.type().isPrimitiveType() ? column.type() : StructType.of();
            columns.add(NestedField.optional(columns.size() + 1, column.name(), type));
        }
        return StructType.of(columns);
    }
}
