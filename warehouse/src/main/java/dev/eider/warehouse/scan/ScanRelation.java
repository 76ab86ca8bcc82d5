package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableNames;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.storage.HeldFiles;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.StoredFile;
import dev.eider.warehouse.types.DuckDbTypes;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Writes planned scans as SQL that reads exactly their rows: columns by field id, without what was deleted.
 *
 * <p>Thread-safe. Remembers what it learns from files, since these never change.
 */
public final class ScanRelation {
    /** What a row's file is called, as the manifest spells it, where it is asked for. */
    public static final String FILE = "_file";

    /** A row's number in its file, from 0, where it is asked for. */
    public static final String POSITION = "_pos";

    /** How long a query waits to hear that a bucket can be read; many times what that takes. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ScanTools tools;

    /** Creates what renders scans for connections of one engine. */
    public ScanRelation(Storage storage, QueryEngine engine) {
        ReachedBuckets reached = new ReachedBuckets(location -> readFooter(engine, location), PATIENCE);
        this.tools = new ScanTools(storage, engine, new FileShapes(), new PositionDeletes(), reached);
    }

    private static void readFooter(QueryEngine engine, String location) {
        try (EngineConnection connection = engine.connect()) {
            connection.query(
                    "SELECT num_rows FROM parquet_file_metadata(" + ScanPaths.literalInBucket(location) + ")",
                    row -> row.getLong(1));
        }
    }

    /** Which columns the relation has beside those of the table. */
    public enum Rows {
        /** None. */
        PLAIN,
        /** {@link #FILE} and {@link #POSITION}. */
        WITH_POSITIONS
    }

    /**
     * Returns a query over the rows of a planned scan, with the columns of {@code schema} in their order.
     *
     * @param connection where it is to run: what it needs to know of deletes is kept there until that is closed
     */
    public String of(EngineConnection connection, TableState state, Schema schema, ScanPlan plan, Rows rows) {
        requireReadable(state, schema, plan);
        try {
            return new ScanRendering(tools, paths(connection, plan), connection, state, schema, rows).of(plan);
        } catch (NotFoundException e) {
            throw new EiderException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "Files of table %s are gone: the snapshot was removed meanwhile, or its storage lost them"
                            .formatted(state.identifier()),
                    e);
        }
    }

    /** What is in a bucket and has to come to this host stays here for as long as the connection reads it. */
    private ScanPaths paths(EngineConnection connection, ScanPlan plan) {
        Set<StoredFile> files = new LinkedHashSet<>();
        for (ScanFile file : plan.files()) {
            files.add(new StoredFile(file.location(), file.bytes()));
            for (DeleteFile delete : file.deletes()) {
                if (!PositionDeletes.isPositional(delete)) {
                    files.add(new StoredFile(delete.location(), delete.fileSizeInBytes()));
                }
            }
        }
        if (tools.engine().readsBuckets()) {
            HeldFiles held = hold(connection, files, Optional.of(connection));
            Map<String, Long> left = left(files, held);
            if (left.isEmpty() || isReached(connection, left)) {
                return new ScanPaths(tools.storage(), held, left);
            }
            // Whoever waits for room in the cache holds none.
            held.close();
        }
        return new ScanPaths(tools.storage(), hold(connection, files, Optional.empty()), Map.of());
    }

    private HeldFiles hold(EngineConnection connection, Set<StoredFile> files, Optional<Object> reader) {
        HeldFiles held = tools.storage().hold(files, reader, connection::isCancelled);
        connection.own(held);
        return held;
    }

    /** Returns the lengths of files that stay in their bucket. */
    private static Map<String, Long> left(Set<StoredFile> files, HeldFiles held) {
        Map<String, Long> left = new HashMap<>();
        for (StoredFile file : files) {
            if (Locations.isS3(file.location()) && held.path(file.location()).isEmpty()) {
                left.put(file.location(), file.bytes());
            }
        }
        return left;
    }

    /** Where nothing else is allowed, an engine that does not reach the bucket says so itself. */
    private boolean isReached(EngineConnection connection, Map<String, Long> left) {
        tools.engine().refreshKeys();
        return tools.storage().readsOnlyInBuckets()
                || left.keySet().stream()
                        .allMatch(location -> tools.reached().reaches(location, connection::requireWanted));
    }

    private static void requireReadable(TableState state, Schema schema, ScanPlan plan) {
        requireTypes(state, schema);
        requireReadable(state, schema.asStruct(), "columns");
        if (!state.metadata().property("encryption.key-id", "").isEmpty()) {
            throw unsupported(state, "is encrypted");
        }
        for (ScanFile file : plan.files()) {
            if (file.format() != FileFormat.PARQUET) {
                throw unsupported(state, "has %s files".formatted(file.format()));
            }
        }
    }

    private static void requireTypes(TableState state, Schema schema) {
        for (NestedField column : schema.columns()) {
            try {
                DuckDbTypes.of(column.type());
            } catch (EiderException e) {
                throw new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "Column %s of table %s cannot be read: %s"
                                .formatted(SqlText.quoteIdentifier(column.name()), state.identifier(), e.text()),
                        e);
            }
        }
    }

    /** The engine compares names without regard to case, and has no structs without fields. */
    private static void requireReadable(TableState state, Type type, String what) {
        if (type.isPrimitiveType()) {
            return;
        }
        Map<String, String> seen = new HashMap<>();
        for (NestedField field : type.asNestedType().fields()) {
            String other = seen.put(TableNames.folded(field.name()), field.name());
            if (other != null) {
                throw unsupported(
                        state, "has %s %s and %s, which differ only in case".formatted(what, other, field.name()));
            }
            if (field.type().isStructType()
                    && field.type().asStructType().fields().isEmpty()) {
                throw unsupported(state, "has %s, a struct without fields".formatted(field.name()));
            }
            requireReadable(state, field.type(), "nested fields");
        }
    }

    static EiderException unsupported(TableState state, String what) {
        return new EiderException(
                ErrorCode.UNSUPPORTED,
                "Table %s %s: reading such tables is not supported yet".formatted(state.identifier(), what));
    }
}
