package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.ParsedQuery;
import dev.eider.warehouse.engine.Selection;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.engine.TableReference;
import dev.eider.warehouse.scan.SnapshotTotals;
import dev.eider.warehouse.types.DuckDbTypes;
import dev.eider.warehouse.types.DuckDbValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Answers a SELECT that only counts the rows of a table, or asks for the least and greatest values of its columns, from
 * metadata: the relation that it reads has the extremes instead of all rows.
 *
 * <p>Exactly or not at all: whatever metadata does not tell for sure is left to a scan. Thread-safe.
 */
final class MetadataTotals {
    /** Dates that Iceberg and the engine write alike: from the year 1 to the year 9999. */
    private static final long FIRST_DAY = -719_162;

    private static final long LAST_DAY = 2_932_896;

    /** Nanoseconds reach about so many days in both directions. */
    private static final long MOST_NANO_DAYS = 106_000;

    private final SnapshotTotals totals;

    MetadataTotals(SnapshotTotals totals) {
        this.totals = totals;
    }

    /**
     * Returns two rows that give a reference's SELECT the answer that all rows of its table give.
     *
     * @param pinned the table of the reference
     * @param schemas under which references are read
     * @param count the name of a column that holds the number of the table's rows
     */
    Optional<String> relation(
            ParsedQuery query,
            TableReference reference,
            Pinned pinned,
            Map<TableReference, Schema> schemas,
            String count) {
        Schema schema = schemas.get(reference);
        Optional<Selection> selection = selection(query, reference);
        if (schema == null || selection.isEmpty()) {
            return Optional.empty();
        }
        ColumnNames names = new ColumnNames(selection.get(), schemas);
        Map<Integer, NestedField> columns = new LinkedHashMap<>();
        boolean counted = false;
        for (Selection.Total total : selection.get().totals()) {
            counted |= total.countsRows();
            if (!total.countsRows()) {
                Optional<ColumnNames.Column> column = names.find(total.column());
                if (column.isEmpty() || column.get().nested()) {
                    return Optional.empty();
                }
                NestedField field =
                        Objects.requireNonNull(schema.findField(column.get().name()), "field");
                columns.put(field.fieldId(), field);
            }
        }
        Optional<Long> rows = counted ? totals.rows(pinned.state(), pinned.pin().snapshot(), schema) : Optional.of(0L);
        return rows.flatMap(number -> relation(pinned, columns.values(), number, count));
    }

    /** A table, and what of it is pinned. */
    record Pinned(TableState state, BoundQuery.Pin pin) {}

    /** Returns the one SELECT that reads the reference, if it asks for totals. */
    private static Optional<Selection> selection(ParsedQuery query, TableReference reference) {
        List<Selection> selections = query.selections().stream()
                .filter(selection -> selection.sources().stream().anyMatch(source -> reads(source, reference)))
                .toList();
        return selections.size() == 1 && !selections.get(0).totals().isEmpty()
                ? Optional.of(selections.get(0))
                : Optional.empty();
    }

    private static boolean reads(Selection.Source source, TableReference reference) {
        return source.table().filter(reference::equals).isPresent();
    }

    private Optional<String> relation(Pinned pinned, Iterable<NestedField> columns, long rows, String count) {
        List<String> least =
                new ArrayList<>(List.of("%d::BIGINT AS %s".formatted(rows, SqlText.quoteIdentifier(count))));
        List<String> greatest = new ArrayList<>(least);
        for (NestedField column : columns) {
            Optional<SnapshotTotals.Range> range =
                    totals.range(pinned.state(), pinned.pin().snapshot(), column);
            if (range.isEmpty() || !isWrittenAlike(column.type(), range.get())) {
                return Optional.empty();
            }
            least.add(value(column, range.get().least()));
            greatest.add(value(column, range.get().greatest()));
        }
        return Optional.of(
                "SELECT %s UNION ALL SELECT %s".formatted(String.join(", ", least), String.join(", ", greatest)));
    }

    private static String value(NestedField column, @Nullable Object value) {
        String text = value == null ? "NULL" : SqlText.quoteLiteral(DuckDbValues.text(column.type(), value));
        return "CAST(%s AS %s) AS %s"
                .formatted(text, DuckDbTypes.of(column.type()), SqlText.quoteIdentifier(column.name()));
    }

    /** The engine has infinite dates where Iceberg has numbers like others. */
    private static boolean isWrittenAlike(Type type, SnapshotTotals.Range range) {
        return isWrittenAlike(type, range.least()) && isWrittenAlike(type, range.greatest());
    }

    private static boolean isWrittenAlike(Type type, @Nullable Object value) {
        if (value == null) {
            return true;
        }
        return switch (type.typeId()) {
            case DATE -> isPlainDay(((Number) value).longValue());
            case TIMESTAMP -> isPlainDay(TimeUnit.MICROSECONDS.toDays(((Number) value).longValue()));
            case TIMESTAMP_NANO -> Math.abs(TimeUnit.NANOSECONDS.toDays(((Number) value).longValue())) < MOST_NANO_DAYS;
            default -> true;
        };
    }

    private static boolean isPlainDay(long day) {
        return day > FIRST_DAY && day < LAST_DAY;
    }
}
