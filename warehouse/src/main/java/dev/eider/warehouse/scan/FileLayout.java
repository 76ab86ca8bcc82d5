package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.types.DuckDbValues;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;

/**
 * Decides how files have to be read, and looks into their footers only where the table's metadata leaves a doubt: if
 * nested fields were renamed, added, dropped or replaced, if columns are mapped by name, or if a file lies elsewhere, or
 * is not called as files of Iceberg are, and may therefore hold no field ids. Immutable, for one rendering.
 */
final class FileLayout {
    /** Writers of Iceberg make up such names; those of plain Parquet may, but then begin with "part-". */
    private static final Pattern UNIQUE_NAME =
            Pattern.compile("/(?!part-)[^/]*[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}[^/]*$");

    private final TableState state;
    private final FileShapes shapes;
    private final ScanPaths paths;
    private final StructType wanted;
    private final List<String> ownLocations;
    private final Set<String> doubtful;

    /**
     * Looks into all files that leave a doubt, so that none is waited for later.
     *
     * @param locations of all files that will be asked for
     * @param requireWanted asked now and then; what it throws ends this
     */
    FileLayout(
            TableState state,
            FileShapes shapes,
            ScanPaths paths,
            StructType wanted,
            List<String> locations,
            Runnable requireWanted) {
        this.state = state;
        this.shapes = shapes;
        this.paths = paths;
        this.wanted = wanted;
        boolean inDoubt = isMappedByName(state) || !isStable(state, wanted);
        this.ownLocations = List.of(
                directory(state.metadata().location()),
                directory(state.metadata()
                        .property(
                                TableProperties.WRITE_DATA_LOCATION,
                                state.metadata().location())));
        this.doubtful = locations.stream()
                .filter(location -> inDoubt || !isOwn(location))
                .collect(Collectors.toSet());
        shapes.learn(state, doubtful, paths, requireWanted);
    }

    /**
     * Files that are read alike.
     *
     * @param shape nothing for files that hold every field under its present name, or not at all
     * @param constants of columns that the files lack
     */
    record Kind(Optional<FileShape> shape, Map<Integer, Optional<String>> constants) {}

    private static final Kind PLAIN = new Kind(Optional.empty(), Map.of());

    Kind of(String location, int specId, StructLike partition) {
        if (!doubtful.contains(location)) {
            return PLAIN;
        }
        FileShape found = shapes.of(state, location, paths);
        FileShape shape = found.ids() == FileShape.Ids.PLACES ? fitting(found, location, specId) : found;
        Map<Integer, Optional<String>> constants = constants(shape, specId, partition);
        return constants.isEmpty() && isPlain(shape) ? PLAIN : new Kind(Optional.of(shape), constants);
    }

    private boolean isOwn(String location) {
        return ownLocations.stream().anyMatch(location::startsWith)
                && UNIQUE_NAME.matcher(location).find();
    }

    /** Returns those columns of a file without ids that the table has in the same places; each has to be of its type. */
    private FileShape fitting(FileShape shape, String location, int specId) {
        Set<Integer> constants = state.metadata().spec(specId).identitySourceIds();
        List<NestedField> columns = shape.columns().fields().stream()
                .filter(column -> !constants.contains(column.fieldId()))
                .toList();
        for (NestedField column : columns) {
            NestedField field = wanted.field(column.fieldId());
            if (field != null && !isReadable(column.type(), field.type())) {
                throw new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "Data file %s of table %s holds no field ids, and its column %s does not fit the table's column %s, which has its place: set the table's property %s"
                                .formatted(
                                        location,
                                        state.identifier(),
                                        column.name(),
                                        field.name(),
                                        TableProperties.DEFAULT_NAME_MAPPING));
            }
        }
        return new FileShape(shape.ids(), StructType.of(columns));
    }

    private static boolean isReadable(Type present, Type wanted) {
        return present.isPrimitiveType()
                && wanted.isPrimitiveType()
                && (present.equals(wanted) || TypeUtil.isPromotionAllowed(present, wanted.asPrimitiveType()));
    }

    private boolean isPlain(FileShape shape) {
        return shape.byId()
                && wanted.fields().stream().allMatch(field -> {
                    NestedField present = shape.columns().field(field.fieldId());
                    return present == null || NestedFields.isFoundByName(field.type(), present.type());
                });
    }

    /** The specification: an identity-partitioned column that is not in the file has the partition's value. */
    private Map<Integer, Optional<String>> constants(FileShape shape, int specId, StructLike partition) {
        Map<Integer, Optional<String>> constants = new HashMap<>();
        PartitionSpec spec = state.metadata().spec(specId);
        List<PartitionField> fields = spec.fields();
        for (int i = 0; i < fields.size(); i++) {
            int id = fields.get(i).sourceId();
            if (fields.get(i).transform().isIdentity()
                    && NestedFields.path(wanted, id) != null
                    && NestedFields.path(shape.columns(), id) == null) {
                Type type = spec.partitionType().fields().get(i).type();
                constants.put(
                        id,
                        Optional.ofNullable(partition.get(i, Object.class))
                                .map(value -> DuckDbValues.text(type, value)));
            }
        }
        return constants;
    }

    private static boolean isMappedByName(TableState state) {
        return !state.metadata()
                .property(TableProperties.DEFAULT_NAME_MAPPING, "")
                .isEmpty();
    }

    /** Whether every schema that a file can have been written under has the wanted nested fields under their names. */
    private static boolean isStable(TableState state, StructType wanted) {
        List<Schema> schemas = state.metadata().schemas();
        int newest = schemas.stream().mapToInt(Schema::schemaId).max().orElse(0);
        boolean complete = schemas.size() == newest + 1;
        for (NestedField column : wanted.fields()) {
            if (column.type().isPrimitiveType()) {
                continue;
            }
            if (!complete || !NestedFields.areNamesWrittenAsTheyAre(column.type())) {
                return false;
            }
            for (Schema schema : schemas) {
                NestedField then = schema.asStruct().field(column.fieldId());
                if (then != null && !NestedFields.isFoundByName(column.type(), then.type())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String directory(String location) {
        return location.endsWith("/") ? location : location + "/";
    }
}
