package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableNames;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.changes.ChangeRows;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.scan.ScanFile;
import dev.eider.warehouse.scan.SnapshotPlanner;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.types.DuckDbTypes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Has the engine read exactly the data files of a snapshot, mapping columns by field
 * id.
 *
 * <p>Refuses tables whose rows it could get wrong: with row-level deletes, with files that are not Parquet, or with
 * nested fields that were renamed or replaced (the engine maps nested fields by name).
 */
final class PlannedScan implements ScanPlanner, ChangeRows {
    private final SnapshotPlanner planner;
    private final String fileWithoutRows;

    PlannedScan(SnapshotPlanner planner, QueryEngine engine) {
        this.planner = planner;
        this.fileWithoutRows = quoted(engine.fileWithoutRows());
    }

    @Override
    public String relation(TableState state, BoundQuery.Pin pin, Expression filter) {
        Schema schema = Objects.requireNonNull(state.table().schemas().get(pin.schemaId()), "schema");
        List<ScanFile> files =
                planner.plan(state, pin.snapshot(), schema, filter).files();
        return reader(state, schema, files)
                .map(reader -> "SELECT * FROM " + reader)
                .orElseGet(() -> empty(schema));
    }

    @Override
    public String of(EngineConnection connection, TableState state, Schema schema, List<ScanFile> files) {
        return reader(state, schema, files)
                .map(reader -> "SELECT * FROM " + reader)
                .orElseGet(() -> empty(schema));
    }

    @Override
    public String withFiles(EngineConnection connection, TableState state, Schema schema, List<ScanFile> files) {
        StringJoiner locations = new StringJoiner(", ", "(VALUES ", ") AS f(number, location)");
        for (int i = 0; i < files.size(); i++) {
            locations.add("(%d::BIGINT, %s)"
                    .formatted(i, SqlText.quoteLiteral(files.get(i).location())));
        }
        return reader(state, schema, files)
                .map(reader ->
                        "SELECT r.*, f.location AS %s FROM %s AS r JOIN %s ON f.number = CAST(r.file_index AS BIGINT)"
                                .formatted(FILE, reader, locations))
                .orElseGet(() -> "SELECT *, '' AS %s FROM (%s)".formatted(FILE, empty(schema)));
    }

    private Optional<String> reader(TableState state, Schema schema, List<ScanFile> planned) {
        requireDistinctNames(state, schema);
        requireStableNesting(state);
        if (state.metadata().property(TableProperties.DEFAULT_NAME_MAPPING, "").length() > 0) {
            throw unsupported(state, "maps columns by name for files without field ids");
        }
        Files files = files(state, planned);
        return files.paths().isEmpty()
                ? Optional.empty()
                : Optional.of("read_parquet([%s], schema => MAP {%s}, explicit_cardinality => %d)"
                        .formatted(String.join(", ", files.paths()), columns(schema), Math.max(1, files.rows())));
    }

    private static String empty(Schema schema) {
        return "SELECT %s WHERE false".formatted(nulls(schema));
    }

    /** Quoted and escaped paths of the live data files, and how many rows they hold. */
    private record Files(List<String> paths, long rows) {
        Files {
            paths = List.copyOf(paths);
        }
    }

    private Files files(TableState state, List<ScanFile> planned) {
        List<String> paths = new ArrayList<>();
        long rows = 0;
        for (ScanFile file : planned) {
            if (!file.deletes().isEmpty()) {
                throw unsupported(state, "has row-level deletes");
            }
            if (file.format() != FileFormat.PARQUET) {
                throw unsupported(state, "has %s files".formatted(file.format()));
            }
            paths.add(quoted(Locations.path(file.location())));
            rows += file.rows();
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
