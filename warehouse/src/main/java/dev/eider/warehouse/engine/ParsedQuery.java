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
    private final String statement;
    private final Optional<ExplainMode> explain;
    private final Parts parts;

    ParsedQuery(Parts parts) {
        this(parts.text(), Optional.empty(), parts);
    }

    private ParsedQuery(String statement, Optional<ExplainMode> explain, Parts parts) {
        this.statement = statement;
        this.explain = explain;
        this.parts = parts;
    }

    /**
     * What a query consists of.
     *
     * @param text of the query, without what stands before and behind it
     * @param multiplies whether it makes rows of its own, or uses those of a reference several times
     */
    record Parts(
            String text,
            List<TableReference> tables,
            List<Edit> edits,
            List<Selection> selections,
            boolean multiplies) {
        Parts {
            tables = List.copyOf(tables);
            edits = List.copyOf(edits);
            selections = List.copyOf(selections);
        }
    }

    /** Returns the same query as part of a statement that may ask for an explanation of it. */
    ParsedQuery explained(String whole, Optional<ExplainMode> mode) {
        return new ParsedQuery(whole, mode, parts);
    }

    /**
     * A part of the text that gives way to other text.
     *
     * @param replacement written there; behind the relation's name if there is a table
     * @param tables the reference whose relation is written there, or none
     * @param listings the listing whose relation is written there, or none
     */
    record Edit(int start, int end, String replacement, List<TableReference> tables, List<CatalogListing> listings) {
        Edit(int start, int end, String replacement) {
            this(start, end, replacement, List.of(), List.of());
        }

        Edit(int start, int end, String replacement, TableReference table) {
            this(start, end, replacement, List.of(table), List.of());
        }
    }

    /** Returns the statement as it was written, without what follows it. */
    public String text() {
        return statement;
    }

    /** Returns what is asked for if not the rows, but an explanation of how the query gets them. */
    public Optional<ExplainMode> explain() {
        return explain;
    }

    /** Returns the references in the order of appearance; a table that is named twice is there twice. */
    public List<TableReference> tables() {
        return parts.tables();
    }

    /** Returns what the statement wants listed, each once. */
    public List<CatalogListing> listings() {
        return parts.edits().stream()
                .flatMap(edit -> edit.listings().stream())
                .distinct()
                .toList();
    }

    /** Returns every SELECT of the statement, wherever it stands. */
    public List<Selection> selections() {
        return parts.selections();
    }

    /**
     * Returns whether the statement handles no more rows than there are combinations of a row of each reference: it makes
     * no rows of its own, and uses those of no reference several times.
     */
    public boolean isBoundedByTables() {
        return !parts.multiplies();
    }

    /**
     * Returns the query with each table's name replaced by that of a relation, and without AT clauses.
     *
     * @param relation gives the name of a relation, quoted where it needs to be
     * @param listed gives the name of a relation that lists something
     */
    public String rewrite(Function<TableReference, String> relation, Function<CatalogListing, String> listed) {
        return rewrite(relation, listed, Map.of());
    }

    /**
     * Like the other, for relations that stand for totals of a table: their rows are not those of the table.
     *
     * @param counts for each such reference, the column of its relation that holds the number of the table's rows
     */
    public String rewrite(
            Function<TableReference, String> relation,
            Function<CatalogListing, String> listed,
            Map<TableReference, String> counts) {
        Map<Integer, Edit> sorted = new TreeMap<>();
        for (Edit edit : allEdits(counts)) {
            Edit other = sorted.put(edit.start(), edit);
            if (other != null && !other.equals(edit)) {
                throw new EiderException(ErrorCode.INTERNAL, "Two different edits of one place in the statement");
            }
        }
        String text = parts.text();
        StringBuilder rewritten = new StringBuilder(text.length() + 32 * tables().size());
        int copied = 0;
        for (Edit edit : sorted.values()) {
            if (edit.start() < copied) {
                throw new EiderException(ErrorCode.INTERNAL, "Two edits of the statement overlap");
            }
            rewritten.append(text, copied, edit.start());
            edit.tables().forEach(table -> rewritten.append(relation.apply(table)));
            edit.listings().forEach(listing -> rewritten.append(listed.apply(listing)));
            rewritten.append(edit.replacement());
            copied = edit.end();
        }
        return rewritten.append(text, copied, text.length()).toString();
    }

    private List<Edit> allEdits(Map<TableReference, String> counts) {
        List<Edit> all = new ArrayList<>(parts.edits());
        for (Selection selection : counts.isEmpty() ? List.<Selection>of() : selections()) {
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
