package dev.eider.warehouse.types;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.types.Types.NestedField;

/**
 * How the columns of one stream of rows go into one table: worked out once, before the first row.
 *
 * <p>Rows pass through three of its products: the {@link #validator} refuses batches whose buffers lie, the
 * {@link #transportSchema} presents the same buffers to DuckDB, and the {@link #projection} makes the table's columns
 * of them, refusing single values that the table cannot store. Immutable.
 */
public final class SchemaBinding {
    private final Schema transport;
    private final List<Column> columns;
    private final List<FieldRule> rules;

    private SchemaBinding(Schema transport, List<Column> columns, List<FieldRule> rules) {
        this.transport = transport;
        this.columns = List.copyOf(columns);
        this.rules = List.copyOf(rules);
    }

    /** A column of the table, and what is sent for it, if anything is. */
    private record Column(NestedField target, Optional<ColumnBinder.Fit> source) {
        String sql(String relation) {
            String value = source.map(fit -> fit.conversion()
                            .sql(relation + "." + Sql.name(fit.transport().getName()), 0))
                    .orElseGet(() -> DefaultValue.sql(target));
            return Sql.cast(value, DuckDbTypes.of(target.type())) + " AS " + Sql.name(target.name());
        }
    }

    /** Binds rows of which no column is dictionary-encoded. */
    public static SchemaBinding bind(Schema incoming, org.apache.iceberg.Schema table, String tableName) {
        return bind(incoming, new MapDictionaryProvider(), table, tableName);
    }

    /**
     * Binds rows to a table by name, in any order, or refuses them with a sentence that names the column.
     *
     * @param incoming the schema of the batches as Arrow readers hold them in memory
     * @param dictionaries what the incoming schema's dictionary-encoded fields refer to; read during this call only
     * @param tableName the table's name, for messages
     */
    public static SchemaBinding bind(
            Schema incoming, DictionaryProvider dictionaries, org.apache.iceberg.Schema table, String tableName) {
        List<Field> fields = incoming.getFields();
        SchemaLimits.check(fields);
        NameMatch names = NameMatch.of(fields, table.columns(), "", tableName);
        ColumnBinder binder = new ColumnBinder(dictionaries, tableName);
        List<ColumnBinder.Fit> fits = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            Field field = fields.get(i);
            NestedField target = table.columns().get(names.targetOf(i));
            ArrowColumn column = ArrowColumn.of(field.getName(), field, dictionaries);
            ColumnBinder.Fit fit = binder.fit(column, target.type(), target.isRequired());
            SchemaLimits.checkLoops(fit.conversion().loops(), column.path());
            fits.add(fit);
        }
        List<Column> columns = new ArrayList<>();
        for (int position = 0; position < table.columns().size(); position++) {
            Optional<ColumnBinder.Fit> source =
                    names.isAbsent(position) ? Optional.empty() : Optional.of(fits.get(names.sourceOf(position)));
            columns.add(new Column(table.columns().get(position), source));
        }
        return new SchemaBinding(
                new Schema(fits.stream().map(ColumnBinder.Fit::transport).toList()),
                columns,
                fits.stream().map(ColumnBinder.Fit::rule).toList());
    }

    /**
     * Returns the schema under which the batches' buffers are to be handed to DuckDB. Its fields are those sent, in
     * order and with the same layout, some under another type, since DuckDB would otherwise round or lose values.
     */
    public Schema transportSchema() {
        return transport;
    }

    /**
     * Returns the select list that makes the table's columns, in order, with their exact types.
     *
     * <p>Reading a value that the table cannot store ends the statement with an error whose text begins with {@code
     * Column} and the column's quoted path.
     *
     * @param relation alias, not quoted, of the relation whose columns are those of the transport schema
     */
    public String projection(String relation) {
        String alias = Sql.name(relation);
        return columns.stream().map(column -> column.sql(alias)).collect(Collectors.joining(", "));
    }

    /** Returns the check that every batch has to pass before its buffers reach DuckDB. */
    public BatchValidator validator() {
        return new BatchValidator(rules);
    }
}
