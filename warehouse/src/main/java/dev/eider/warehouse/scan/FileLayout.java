package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.types.DuckDbValues;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.DeleteFile;
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
 * nested fields were renamed, added, dropped or replaced, if columns are mapped by name, if no values are counted of a
 * column that an identity partition can stand for, or if a file lies elsewhere, or is not called as files of Iceberg are,
 * and may therefore hold no field ids. Immutable, for one rendering.
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
     * @param files all that will be asked for
     * @param requireWanted asked now and then; what it throws ends this
     */
    FileLayout(
            TableState state,
            FileShapes shapes,
            ScanPaths paths,
            StructType wanted,
            List<Subject> files,
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
        this.doubtful = files.stream()
                .filter(file -> inDoubt || !isOwn(file.location()) || mayLackColumns(file))
                .map(Subject::location)
                .collect(Collectors.toSet());
        shapes.learn(state, doubtful, paths, requireWanted);
    }

    /**
     * A data file or a file of equality deletes.
     *
     * @param uncounted identity partition columns that it may leave out
     */
    record Subject(String location, int specId, StructLike partition, Set<Integer> uncounted) {
        static Subject of(ScanFile file) {
            return new Subject(file.location(), file.specId(), file.partition(), file.uncounted());
        }

        static Subject of(DeleteFile file, PartitionSpec spec) {
            return new Subject(file.location(), file.specId(), file.partition(), IdentityColumns.uncounted(spec, file));
        }
    }

    /**
     * Files that are read alike.
     *
     * @param shape nothing for files that hold every field under its present name, or not at all
     * @param constants columns that the files lack, and that have one value in all rows of a file
     */
    record Kind(Optional<FileShape> shape, Set<Integer> constants) {}

    private static final Kind PLAIN = new Kind(Optional.empty(), Set.of());

    Kind of(Subject file) {
        if (!doubtful.contains(file.location())) {
            return PLAIN;
        }
        FileShape found = shapes.of(state, file.location(), paths);
        FileShape shape = found.ids() == FileShape.Ids.PLACES ? fitting(found, file.location(), file.specId()) : found;
        Set<Integer> constants = constants(shape, file.specId());
        return constants.isEmpty() && isPlain(shape) ? PLAIN : new Kind(Optional.of(shape), constants);
    }

    private boolean mayLackColumns(Subject file) {
        return file.uncounted().stream().anyMatch(id -> NestedFields.path(wanted, id) != null);
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
    private Set<Integer> constants(FileShape shape, int specId) {
        Set<Integer> constants = new HashSet<>();
        for (PartitionField field : state.metadata().spec(specId).fields()) {
            int id = field.sourceId();
            if (field.transform().isIdentity()
                    && NestedFields.path(wanted, id) != null
                    && NestedFields.path(shape.columns(), id) == null) {
                constants.add(id);
            }
        }
        return constants;
    }

    /**
     * Returns the values that files of one kind do not hold themselves, as text, for each file by field id.
     *
     * <p>The specs no longer know the type of a column that was dropped: the schemas do.
     */
    Map<Integer, List<Optional<String>>> constants(Kind kind, List<Subject> files) {
        Map<Integer, List<Optional<String>>> constants = new HashMap<>();
        Map<Integer, Type> types = kind.constants().isEmpty()
                ? Map.of()
                : EqualityDelete.Fields.of(state.metadata()).types();
        for (int id : kind.constants()) {
            Type type = Objects.requireNonNull(types.get(id), "type");
            constants.put(
                    id, files.stream().map(file -> constant(id, type, file)).toList());
        }
        return constants;
    }

    private Optional<String> constant(int id, Type type, Subject file) {
        PartitionSpec spec = state.metadata().spec(file.specId());
        List<PartitionField> fields = spec.fields();
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).sourceId() == id && fields.get(i).transform().isIdentity()) {
                return Optional.ofNullable(file.partition().get(i, Object.class))
                        .map(value -> DuckDbValues.text(type, value));
            }
        }
        throw new IllegalArgumentException("Field %d is no identity partition of %s".formatted(id, spec));
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
