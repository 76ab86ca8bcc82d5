package dev.eider.warehouse.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A PIVOT in a statement that does not say which values become columns. Immutable.
 *
 * @param start of the PIVOT in the text
 * @param end behind its GROUP BY, or whatever is its last clause
 * @param columns what it takes values from, in the order of the text
 */
public record DynamicPivot(int start, int end, List<Column> columns) {
    /** Stands where no value is; DuckDB's parser wants one. */
    private static final String NO_VALUE = "__eider_no_value";

    /** Copies the columns, so that nobody changes them later. */
    public DynamicPivot {
        columns = List.copyOf(columns);
    }

    /**
     * An expression that gives values.
     *
     * @param name as it was written, for people
     * @param start where the list of values belongs
     * @param end behind what gives way to it; the same place if nothing does
     * @param query one that gives its values as texts, each once; the text of a caller, to be gated like any other
     */
    public record Column(String name, int start, int end, String query) {}

    /** Returns the statement with lists of values, so that its syntax tells which tables it reads. */
    String probe(String statement) {
        return edited(
                statement, columns.stream().map(column -> List.of(NO_VALUE)).toList());
    }

    /**
     * Returns the statement with the values in their places.
     *
     * @param values of each column; where there are none, the pivot has no columns for values, as in DuckDB
     */
    public String withValues(String statement, List<List<String>> values) {
        List<List<String>> filled = new ArrayList<>();
        for (List<String> list : values) {
            filled.add(list.isEmpty() ? List.of(NO_VALUE) : list);
        }
        String edited = edited(statement, filled);
        if (values.stream().noneMatch(List::isEmpty)) {
            return edited;
        }
        int editedEnd = end + edited.length() - statement.length();
        return edited.substring(0, start)
                + "SELECT COLUMNS(lambda c: NOT contains(c, '" + NO_VALUE + "')) FROM ("
                + edited.substring(start, editedEnd)
                + ")"
                + edited.substring(editedEnd);
    }

    private String edited(String statement, List<List<String>> values) {
        StringBuilder edited = new StringBuilder();
        int copied = 0;
        for (int i = 0; i < columns.size(); i++) {
            edited.append(statement, copied, columns.get(i).start())
                    .append(values.get(i).stream()
                            .map(SqlText::quoteLiteral)
                            .collect(Collectors.joining(", ", " IN (", ") ")));
            copied = columns.get(i).end();
        }
        return edited.append(statement, copied, statement.length()).toString();
    }
}
