package dev.eider.warehouse.scan;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.types.DuckDbTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;

/** Writes one planned scan as SQL. Confined to one thread, for one scan. */
final class ScanRendering {
    static final String FILE_INDEX = "r.file_index";
    static final String ROW_NUMBER = "r.file_row_number";

    private final ScanTools tools;
    private final ScanPaths paths;
    private final EngineConnection connection;
    private final TableState state;
    private final Schema schema;
    private final ScanRelation.Rows rows;

    ScanRendering(
            ScanTools tools,
            ScanPaths paths,
            EngineConnection connection,
            TableState state,
            Schema schema,
            ScanRelation.Rows rows) {
        this.tools = tools;
        this.paths = paths;
        this.connection = connection;
        this.state = state;
        this.schema = schema;
        this.rows = rows;
    }

    /** By location, of the files that have any. */
    private Map<String, RowNumbers> deletedRows = Map.of();

    /** Files that are read by one part of the query. */
    private record Part(FileLayout.Kind kind, boolean positional, boolean byEquality) {}

    String of(ScanPlan plan) {
        if (plan.files().isEmpty()) {
            return "SELECT %s WHERE false".formatted(nulls());
        }
        EqualityDeletes equality = new EqualityDeletes(state, schema);
        equality.add(plan.files());
        StructType wanted = schema.asStruct();
        for (EqualityDeletes.KeySet keys : equality.keySets()) {
            wanted = NestedFields.merged(wanted, equality.columns(keys.ordered()));
        }
        FileLayout layout =
                layout(plan.files().stream().map(FileLayout.Subject::of).toList(), wanted);
        Map<Part, List<ScanFile>> parts = new LinkedHashMap<>();
        for (ScanFile file : plan.files()) {
            Part part = new Part(
                    layout.of(FileLayout.Subject.of(file)),
                    file.deletes().stream().anyMatch(PositionDeletes::isPositional),
                    EqualityDeletes.applyTo(file));
            parts.computeIfAbsent(part, any -> new ArrayList<>()).add(file);
        }
        deletedRows = tools.positionDeletes()
                .of(
                        parts.entrySet().stream()
                                .filter(part -> part.getKey().positional())
                                .flatMap(part -> part.getValue().stream())
                                .toList(),
                        state.io());
        StringJoiner query = new StringJoiner(" UNION ALL ");
        for (Map.Entry<Part, List<ScanFile>> part : parts.entrySet()) {
            query.add(part(part.getKey(), part.getValue(), wanted, layout));
        }
        return query.toString();
    }

    private FileLayout layout(List<FileLayout.Subject> files, StructType wanted) {
        return new FileLayout(state, tools.shapes(), paths, wanted, files, connection::requireWanted);
    }

    private String nulls() {
        StringJoiner columns = new StringJoiner(", ");
        for (NestedField field : schema.columns()) {
            columns.add("CAST(NULL AS %s) AS %s"
                    .formatted(DuckDbTypes.of(field.type()), SqlText.quoteIdentifier(field.name())));
        }
        if (rows == ScanRelation.Rows.WITH_POSITIONS) {
            columns.add("CAST(NULL AS VARCHAR) AS " + ScanRelation.FILE);
            columns.add("CAST(NULL AS BIGINT) AS " + ScanRelation.POSITION);
        }
        return columns.toString();
    }

    private String part(Part part, List<ScanFile> files, StructType wanted, FileLayout layout) {
        long count = files.stream().mapToLong(ScanFile::rows).sum();
        List<String> read =
                files.stream().map(file -> paths.literal(file.location())).toList();
        boolean plain = part.kind().shape().isEmpty()
                && !part.positional()
                && !part.byEquality()
                && rows == ScanRelation.Rows.PLAIN;
        if (plain) {
            return "SELECT * FROM " + reader(read, ColumnMapping.plainSchema(schema.asStruct()), count);
        }
        ColumnMapping mapping = mapping(
                layout, part.kind(), files.stream().map(FileLayout.Subject::of).toList(), wanted);
        List<String> columns = new ArrayList<>(mapping.columns(schema.asStruct()));
        StringBuilder from = new StringBuilder(reader(read, mapping.schema(), count)).append(" AS r");
        if (rows == ScanRelation.Rows.WITH_POSITIONS) {
            columns.add("f.location AS " + ScanRelation.FILE);
            columns.add(ROW_NUMBER + " AS " + ScanRelation.POSITION);
            from.append(" JOIN ")
                    .append(locations(files))
                    .append(" ON f.number = CAST(%s AS BIGINT)".formatted(FILE_INDEX));
        }
        if (part.byEquality()) {
            from.append(antiJoins(files, mapping));
        }
        if (part.positional()) {
            DeletedRows deleted = deleted(files);
            from.append(deleted.join()).append(deleted.condition());
        }
        return "SELECT %s FROM %s".formatted(String.join(", ", columns), from);
    }

    private static ColumnMapping mapping(
            FileLayout layout, FileLayout.Kind kind, List<FileLayout.Subject> files, StructType wanted) {
        return new ColumnMapping(wanted, kind.shape(), layout.constants(kind, files));
    }

    private static String locations(List<ScanFile> files) {
        StringJoiner values = new StringJoiner(", ", "(VALUES ", ") AS f(number, location)");
        for (int i = 0; i < files.size(); i++) {
            values.add("(%d::BIGINT, %s)"
                    .formatted(i, SqlText.quoteLiteral(files.get(i).location())));
        }
        return values.toString();
    }

    private DeletedRows deleted(List<ScanFile> files) {
        return DeletedRows.of(
                files.stream()
                        .map(file -> new DeletedRows.File(
                                file, Objects.requireNonNull(deletedRows.get(file.location()), "deleted rows")))
                        .toList(),
                connection);
    }

    private String antiJoins(List<ScanFile> files, ColumnMapping mapping) {
        EqualityDeletes deletes = new EqualityDeletes(state, schema);
        deletes.add(files);
        String sequence = connection.fileNumbers(
                files.stream().mapToLong(ScanFile::dataSequenceNumber).toArray(), FILE_INDEX);
        String partition = connection.fileNumbers(
                files.stream()
                        .mapToLong(file -> deletes.partition(file.specId(), file.partition()))
                        .toArray(),
                FILE_INDEX);
        StringBuilder joins = new StringBuilder();
        int number = 0;
        for (EqualityDeletes.KeySet keys : deletes.keySets()) {
            String alias = "d" + number++;
            StringJoiner on = new StringJoiner(" AND ");
            List<String> parts = key(mapping, keys);
            for (int i = 0; i < parts.size(); i++) {
                on.add("%s IS NOT DISTINCT FROM %s.k%d".formatted(parts.get(i), alias, i));
            }
            if (!keys.everywhere()) {
                on.add("%s = %s.partition".formatted(partition, alias));
            }
            on.add("%s < %s.sequence".formatted(sequence, alias));
            joins.append(" ANTI JOIN (%s) AS %s ON (%s)".formatted(deletedKeys(deletes, keys), alias, on));
        }
        return joins.toString();
    }

    private static List<String> key(ColumnMapping mapping, EqualityDeletes.KeySet keys) {
        return keys.ordered().stream()
                .flatMap(id -> mapping.key(id, "r").stream())
                .toList();
    }

    /** The keys in delete files, which are read like data files: they too were written under some schema of the table. */
    private String deletedKeys(EqualityDeletes deletes, EqualityDeletes.KeySet keys) {
        StructType wanted = deletes.columns(keys.ordered());
        FileLayout layout = layout(subjects(deletes.files(keys)), wanted);
        Map<FileLayout.Kind, List<DeleteFile>> kinds = deletes.files(keys).stream()
                .collect(Collectors.groupingBy(
                        file -> layout.of(subject(file)), LinkedHashMap::new, Collectors.toList()));
        StringJoiner query = new StringJoiner(" UNION ALL ");
        kinds.forEach((kind, files) ->
                query.add(deletedKeys(deletes, keys, files, mapping(layout, kind, subjects(files), wanted))));
        return query.toString();
    }

    private List<FileLayout.Subject> subjects(List<DeleteFile> files) {
        return files.stream().map(this::subject).toList();
    }

    private FileLayout.Subject subject(DeleteFile file) {
        return FileLayout.Subject.of(file, state.metadata().spec(file.specId()));
    }

    private String deletedKeys(
            EqualityDeletes deletes, EqualityDeletes.KeySet keys, List<DeleteFile> files, ColumnMapping mapping) {
        StringJoiner columns = new StringJoiner(", ");
        List<String> parts = key(mapping, keys);
        for (int i = 0; i < parts.size(); i++) {
            columns.add("%s AS k%d".formatted(parts.get(i), i));
        }
        columns.add(connection.fileNumbers(
                        files.stream().mapToLong(DeleteFile::dataSequenceNumber).toArray(), FILE_INDEX)
                + " AS sequence");
        columns.add(connection.fileNumbers(
                        files.stream()
                                .mapToLong(file -> deletes.partition(file.specId(), file.partition()))
                                .toArray(),
                        FILE_INDEX)
                + " AS partition");
        List<String> read = new ArrayList<>();
        long count = 0;
        for (DeleteFile file : files) {
            if (file.format() != FileFormat.PARQUET) {
                throw ScanRelation.unsupported(state, "has equality deletes in %s files".formatted(file.format()));
            }
            read.add(paths.literal(file.location()));
            count += file.recordCount();
        }
        return "SELECT %s FROM %s AS r".formatted(columns, reader(read, mapping.schema(), count));
    }

    private String reader(List<String> read, String columns, long count) {
        List<String> all = new ArrayList<>(read);
        if (all.size() == 1) {
            all.add(ScanPaths.literal(tools.engine().fileWithoutRows()));
        }
        return "read_parquet([%s], schema => %s, explicit_cardinality => %d)"
                .formatted(String.join(", ", all), columns, Math.max(1, count));
    }
}
