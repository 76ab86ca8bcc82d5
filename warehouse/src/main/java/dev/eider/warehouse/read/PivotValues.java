package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.DynamicPivot;
import dev.eider.warehouse.engine.DynamicPivots;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Finds the values of PIVOTs without lists of values in the data, so that a statement always has the same columns. */
final class PivotValues {
    private final Function<String, List<String>> run;

    /**
     * Creates what fills statements.
     *
     * @param run gates a query, and gives the texts of its one column, as of the snapshots that the statement reads
     */
    PivotValues(Function<String, List<String>> run) {
        this.run = run;
    }

    /** Returns a statement with lists of values in all its PIVOTs. */
    String fill(String statement) {
        String filled = statement;
        List<DynamicPivot> open = DynamicPivots.in(filled);
        for (int left = open.size(); left > 0; left--) {
            DynamicPivot pivot = innermost(open);
            List<List<String>> values = new ArrayList<>();
            long columns = 1;
            for (DynamicPivot.Column column : pivot.columns()) {
                List<String> list = values(column);
                values.add(list);
                columns *= Math.max(1, list.size());
                if (columns > DynamicPivots.MAX_VALUES) {
                    throw tooMany("PIVOT makes more than %d columns of the values of %s"
                            .formatted(DynamicPivots.MAX_VALUES, name(column)));
                }
            }
            filled = pivot.withValues(filled, values);
            open = DynamicPivots.in(filled);
        }
        return filled;
    }

    /** Returns one that needs no other to be filled before it. */
    private static DynamicPivot innermost(List<DynamicPivot> pivots) {
        return pivots.stream()
                .filter(pivot -> pivot.columns().stream()
                        .allMatch(column -> DynamicPivots.in(column.query()).isEmpty()))
                .findFirst()
                .orElseThrow(() -> new EiderException(ErrorCode.INTERNAL, "PIVOTs that need each other's values"));
    }

    private List<String> values(DynamicPivot.Column column) {
        List<String> values = run.apply(column.query());
        for (String value : values) {
            if (value.codePointCount(0, value.length()) > DynamicPivots.MAX_LENGTH) {
                throw tooMany(
                        "PIVOT finds a value of %s that is longer than %d characters, too long for a column's name"
                                .formatted(name(column), DynamicPivots.MAX_LENGTH));
            }
        }
        return values;
    }

    private static String name(DynamicPivot.Column column) {
        String name = column.name();
        return name.length() <= 60 ? name : name.substring(0, 60) + "…";
    }

    private static EiderException tooMany(String message) {
        return new EiderException(ErrorCode.TOO_LARGE, message + ": list the ones that are wanted, as ON … IN (…)");
    }
}
