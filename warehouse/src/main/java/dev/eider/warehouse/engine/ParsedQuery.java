package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A query that passed the gate: its text, the tables that it names, and how to put others in their place.
 *
 * <p>Thread-safe; what it says never changes.
 */
public final class ParsedQuery {
    /** What the rewrite itself puts into a query: a count of rows from metadata is the greatest of one. */
    private static final SyntaxTree.Call COUNT = new SyntaxTree.Call("", "", "max", false);

    private final String statement;
    private final Optional<ExplainMode> explain;
    private final Parts parts;
    /** The last text that was found to say the same. */
    private volatile String checked = "";

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
     * @param shape what it says once relations have taken the places of tables
     * @param functions every call that passed the gate
     */
    record Parts(
            String text,
            List<TableReference> tables,
            List<Edit> edits,
            List<Selection> selections,
            boolean multiplies,
            QueryShape shape,
            Set<SyntaxTree.Call> functions) {
        Parts {
            tables = List.copyOf(tables);
            edits = List.copyOf(edits);
            selections = List.copyOf(selections);
            functions = Set.copyOf(functions);
        }
    }

    /** Returns about how many bytes it takes. */
    int size() {
        return 2 * statement.length()
                + 2 * parts.text().length()
                + parts.shape().size();
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
     * Returns the query with the names of relations in the places of tables, and without AT clauses, after DuckDB has
     * parsed the new text and made of it what passed the gate.
     */
    RunnableQuery rewritten(SyntaxSource source, RelationNames names) {
        String rewritten = rewrite(
                table -> SqlText.quoteIdentifier(
                        Objects.requireNonNull(names.tables().get(table), "relation")),
                listing -> SqlText.quoteIdentifier(
                        Objects.requireNonNull(names.listings().get(listing), "listing")),
                names.counts());
        // A text means the same whenever it is parsed, and the same text is made again as a rule.
        Map<Selection.Span, QueryShape.Count> counts = counts(names.counts());
        Set<SyntaxTree.Call> functions = new HashSet<>(parts.functions());
        if (!counts.isEmpty()) {
            functions.add(COUNT);
        }
        if (!rewritten.equals(checked)) {
            FinalText.require(source, rewritten, names, functions)
                    .sameAs(parts.shape().filled(names, counts));
            checked = rewritten;
        }
        return RunnableQuery.checked(rewritten, names, functions);
    }

    /**
     * Returns the text with each table's name replaced by that of a relation, and without AT clauses.
     *
     * @param relation gives the name of a relation, quoted where it needs to be
     * @param listed gives the name of a relation that lists something
     * @param counts for each reference to totals, the column of its relation that holds the number of the table's rows
     */
    String rewrite(
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
            append(rewritten, text.substring(copied, edit.start()));
            StringBuilder replacement = new StringBuilder();
            edit.tables().forEach(table -> replacement.append(relation.apply(table)));
            edit.listings().forEach(listing -> replacement.append(listed.apply(listing)));
            append(rewritten, replacement.append(edit.replacement()));
            copied = edit.end();
        }
        append(rewritten, text.substring(copied));
        return rewritten.toString();
    }

    /** Two quoted names side by side would be one. */
    private static void append(StringBuilder rewritten, CharSequence more) {
        boolean joins = !rewritten.isEmpty()
                && !more.isEmpty()
                && rewritten.charAt(rewritten.length() - 1) == '"'
                && more.charAt(0) == '"';
        rewritten.append(joins ? " " : "").append(more);
    }

    private List<Edit> allEdits(Map<TableReference, String> counts) {
        List<Edit> all = new ArrayList<>(parts.edits());
        counts(counts).forEach((call, count) -> {
            String name = count.shownAs().isEmpty() ? "" : " AS " + SqlText.quoteIdentifier(count.shownAs());
            String text = "max(%s)%s".formatted(SqlText.quoteIdentifier(count.column()), name);
            all.add(new Edit(call.start(), call.end(), text));
        });
        return all;
    }

    /** Returns the calls that a column of a relation takes the place of. */
    private Map<Selection.Span, QueryShape.Count> counts(Map<TableReference, String> columns) {
        Map<Selection.Span, QueryShape.Count> counts = new LinkedHashMap<>();
        for (Selection selection : columns.isEmpty() ? List.<Selection>of() : selections()) {
            Optional<String> column = selection.sources().stream()
                    .flatMap(source -> source.table().stream())
                    .flatMap(table -> Optional.ofNullable(columns.get(table)).stream())
                    .findFirst();
            for (Selection.Total total : selection.totals()) {
                if (column.isPresent() && total.countsRows()) {
                    counts.put(total.call(), new QueryShape.Count(column.get(), total.shownAs()));
                }
            }
        }
        return counts;
    }
}
