package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableNames;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.types.DuckDbTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Lists a snapshot's data files from Iceberg metadata, and has the engine read exactly these, mapping columns by field
 * id.
 *
 * <p>Refuses tables whose rows it could get wrong: with row-level deletes, with files that are not Parquet, or with
 * nested fields that were renamed or replaced (the engine maps nested fields by name).
 */
final class PlannedScan implements ScanPlanner {
    private static final int MAX_REMEMBERED_SNAPSHOTS = 64;
    /** About 200 bytes each. */
    private static final int MAX_REMEMBERED_FILES = 1_000;

    private final AllowedLocations allowed;
    private final String fileWithoutRows;
    /** A snapshot never changes: its list of files is kept for the next query. Most recently used last. */
    private final Map<SnapshotKey, Files> recent = new LinkedHashMap<>(16, 0.75f, true);

    PlannedScan(AllowedLocations allowed, QueryEngine engine) {
        this.allowed = allowed;
        this.fileWithoutRows = quoted(engine.fileWithoutRows());
    }

    @Override
    public String relation(TableState state, BoundQuery.Pin pin) {
        Table table = state.table();
        Schema schema = Objects.requireNonNull(table.schemas().get(pin.schemaId()), "schema");
        requireDistinctNames(state, schema);
        requireStableNesting(state);
        if (state.metadata().property(TableProperties.DEFAULT_NAME_MAPPING, "").length() > 0) {
            throw unsupported(state, "maps columns by name for files without field ids");
        }
        Files files = pin.snapshot()
                .map(snapshot -> files(state, snapshot.snapshotId()))
                .orElse(new Files(List.of(), 0));
        if (files.paths().isEmpty()) {
            return "SELECT %s WHERE false".formatted(nulls(schema));
        }
        return "SELECT * FROM read_parquet([%s], schema => MAP {%s}, explicit_cardinality => %d)"
                .formatted(String.join(", ", files.paths()), columns(schema), Math.max(1, files.rows()));
    }

    /** Quoted and escaped paths of the live data files, and how many rows they hold. */
    private record Files(List<String> paths, long rows) {
        Files {
            paths = List.copyOf(paths);
        }
    }

    /** Names one snapshot among all tables. */
    private record SnapshotKey(String tableUuid, long snapshotId) {}

    private Files files(TableState state, long snapshotId) {
        SnapshotKey key = new SnapshotKey(state.metadata().uuid(), snapshotId);
        synchronized (recent) {
            Files known = recent.get(key);
            if (known != null) {
                return known;
            }
        }
        Files planned = plan(state, state.table(), snapshotId);
        if (planned.paths().size() <= MAX_REMEMBERED_FILES) {
            synchronized (recent) {
                recent.put(key, planned);
                if (recent.size() > MAX_REMEMBERED_SNAPSHOTS) {
                    recent.remove(recent.keySet().iterator().next());
                }
            }
        }
        return planned;
    }

    private Files plan(TableState state, Table table, long snapshotId) {
        List<String> paths = new ArrayList<>();
        Set<Path> checked = new HashSet<>();
        long rows = 0;
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().useSnapshot(snapshotId).planFiles()) {
            for (FileScanTask task : tasks) {
                if (!task.deletes().isEmpty()) {
                    throw unsupported(state, "has row-level deletes");
                }
                if (task.file().format() != FileFormat.PARQUET) {
                    throw unsupported(
                            state, "has %s files".formatted(task.file().format()));
                }
                Path path = Locations.path(task.file().location());
                Path directory = path.getParent();
                if (directory == null || checked.add(directory)) {
                    allowed.require(task.file().location());
                }
                paths.add(quoted(path));
                rows += task.file().recordCount();
            }
        } catch (NotFoundException e) {
            throw new EiderException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "Files of snapshot %d of table %s are gone: it was removed meanwhile, or its storage lost them"
                            .formatted(snapshotId, state.identifier()),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (paths.size() == 1) {
            paths.add(fileWithoutRows);
        }
        return new Files(paths, rows);
    }

    private static String quoted(Path path) {
        return SqlText.quoteLiteral(SqlText.globEscaped(path.toString()));
    }

    private static String columns(Schema schema) {
        StringJoiner columns = new StringJoiner(", ");
        for (NestedField field : schema.columns()) {
            columns.add("%d: {name: %s, type: %s, default_value: %s}"
                    .formatted(
                            field.fieldId(),
                            SqlText.quoteLiteral(field.name()),
                            SqlText.quoteLiteral(DuckDbTypes.of(field.type())),
                            initialDefault(field)));
        }
        return columns.toString();
    }

    private static String initialDefault(NestedField field) {
        Object value = field.initialDefault();
        if (value == null) {
            return "NULL::VARCHAR";
        }
        throw new EiderException(
                ErrorCode.UNSUPPORTED,
                "Column %s has an initial default: reading it is not supported yet".formatted(field.name()));
    }

    private static String nulls(Schema schema) {
        StringJoiner columns = new StringJoiner(", ");
        for (NestedField field : schema.columns()) {
            columns.add("CAST(NULL AS %s) AS %s"
                    .formatted(DuckDbTypes.of(field.type()), SqlText.quoteIdentifier(field.name())));
        }
        return columns.toString();
    }

    private static void requireDistinctNames(TableState state, Schema schema) {
        Map<String, String> seen = new HashMap<>();
        for (NestedField field : schema.columns()) {
            String other = seen.put(TableNames.folded(field.name()), field.name());
            if (other != null) {
                throw unsupported(
                        state, "has columns %s and %s, which differ only in case".formatted(other, field.name()));
            }
        }
    }

    /** Nested fields are found by name in the files: each name must always have meant the same field, and back. */
    private static void requireStableNesting(TableState state) {
        Map<String, Integer> idByName = new HashMap<>();
        Map<Integer, String> nameById = new HashMap<>();
        for (Schema schema : state.metadata().schemas()) {
            Map<Integer, Integer> parents = TypeUtil.indexParents(schema.asStruct());
            TypeUtil.indexById(schema.asStruct()).forEach((id, field) -> {
                Integer parent = parents.get(id);
                if (parent == null) {
                    return;
                }
                Integer otherId = idByName.put(parent + "." + field.name(), id);
                String otherName = nameById.put(id, field.name());
                if ((otherId != null && !otherId.equals(id))
                        || (otherName != null && !otherName.equals(field.name()))) {
                    throw unsupported(
                            state, "has the nested field %s, which was renamed or replaced".formatted(field.name()));
                }
            });
        }
    }

    private static EiderException unsupported(TableState state, String what) {
        return new EiderException(
                ErrorCode.UNSUPPORTED,
                "Table %s %s: reading such tables is not supported yet".formatted(state.identifier(), what));
    }
}
