package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A query that passed the gate: its text, the tables that it names, and how to put others in their place.
 *
 * <p>Immutable.
 */
public final class ParsedQuery {
    private final String text;
    private final List<TableReference> tables;
    private final List<Edit> edits;
    private final List<Selection> selections;
    private final boolean multiplies;

    ParsedQuery(
            String text,
            List<TableReference> tables,
            List<Edit> edits,
            List<Selection> selections,
            boolean multiplies) {
        this.text = text;
        this.tables = List.copyOf(tables);
        this.edits = List.copyOf(edits);
        this.selections = List.copyOf(selections);
        this.multiplies = multiplies;
    }

    /**
     * A part of the text that gives way to other text.
     *
     * @param replacement written there; behind the relation's name if there is a table
     * @param tables the reference whose relation is written there, or none
     */
    record Edit(int start, int end, String replacement, List<TableReference> tables) {
        Edit(int start, int end, String replacement) {
            this(start, end, replacement, List.of());
        }
    }

    /** Returns the statement as it was written, without what follows it. */
    public String text() {
        return text;
    }

    /** Returns the references in the order of appearance; a table that is named twice is there twice. */
    public List<TableReference> tables() {
        return tables;
    }

    /** Returns every SELECT of the statement, wherever it stands. */
    public List<Selection> selections() {
        return selections;
    }

    /**
     * Returns whether the statement handles no more rows than there are combinations of a row of each reference: it makes
     * no rows of its own, and uses those of no reference several times.
     */
    public boolean isBoundedByTables() {
        return !multiplies;
    }

    /**
     * Returns the text with each table's name replaced by that of a relation, and without AT clauses.
     *
     * @param relation gives the name of a relation, quoted where it needs to be
     */
    public String rewrite(Function<TableReference, String> relation) {
        return rewrite(relation, Map.of());
    }

    /**
     * Like the other, for relations that stand for totals of a table: their rows are not those of the table.
     *
     * @param counts for each such reference, the column of its relation that holds the number of the table's rows
     */
    public String rewrite(Function<TableReference, String> relation, Map<TableReference, String> counts) {
        Map<Integer, Edit> sorted = new TreeMap<>();
        for (Edit edit : allEdits(counts)) {
            Edit other = sorted.put(edit.start(), edit);
            if (other != null && !other.equals(edit)) {
                throw new EiderException(ErrorCode.INTERNAL, "Two different edits of one place in the statement");
            }
        }
        StringBuilder rewritten = new StringBuilder(text.length() + 32 * tables.size());
        int copied = 0;
        for (Edit edit : sorted.values()) {
            if (edit.start() < copied) {
                throw new EiderException(ErrorCode.INTERNAL, "Two edits of the statement overlap");
            }
            rewritten.append(text, copied, edit.start());
            edit.tables().forEach(table -> rewritten.append(relation.apply(table)));
            rewritten.append(edit.replacement());
            copied = edit.end();
        }
        return rewritten.append(text, copied, text.length()).toString();
    }

    private List<Edit> allEdits(Map<TableReference, String> counts) {
        List<Edit> all = new ArrayList<>(edits);
        for (Selection selection : counts.isEmpty() ? List.<Selection>of() : selections) {
            Optional<String> column = selection.sources().stream()
                    .flatMap(source -> source.table().stream())
                    .flatMap(table -> Optional.ofNullable(counts.get(table)).stream())
                    .findFirst();
            for (Selection.Total total : selection.totals()) {
                if (column.isPresent() && total.countsRows()) {
                    String name = total.shownAs().isEmpty() ? "" : " AS " + SqlText.quoteIdentifier(total.shownAs());
                    String count = "max(%s)%s".formatted(SqlText.quoteIdentifier(column.get()), name);
                    all.add(new Edit(total.call().start(), total.call().end(), count));
                }
            }
        }
        return all;
    }
}
