package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds where in the text the names stand that the syntax tree speaks of, and what has to change there.
 *
 * <p>Trusts no offset: a place whose tokens are not the expected name is a defect, never edited blindly. Confined to one
 * call.
 */
final class ReferenceFinder {
    private static final String CATALOG = "eider";
    private static final String DEFAULT_NAMESPACE = "main";
    private static final SqlToken END = new SqlToken(SqlToken.Kind.END, "", -1, -1);

    private final String text;
    private final SyntaxTree tree;
    private final Utf8Offsets offsets;
    private final List<SqlToken> tokens;
    private final Map<Integer, Integer> tokenAt = new HashMap<>();
    private final List<ParsedQuery.Edit> edits = new ArrayList<>();
    private final Map<Integer, TableReference> references = new LinkedHashMap<>();
    /** How many names in front of a column are dropped, by where it stands. */
    private final Map<Integer, Integer> droppedNames = new HashMap<>();
    /** References that are described by their name alone, which takes no alias. */
    private final Set<Integer> bare = new HashSet<>();

    ReferenceFinder(String text, SyntaxTree tree) {
        this.text = text;
        this.tree = tree;
        this.offsets = new Utf8Offsets(text);
        this.tokens = SqlLexer.significant(text);
        for (int i = 0; i < tokens.size(); i++) {
            tokenAt.put(tokens.get(i).start(), i);
        }
    }

    /** Returns the query of a tree whose every part has been visited. */
    ParsedQuery query(JsonNode statement) {
        // The parser copies some expressions, so that one place in the text may appear in the tree several times.
        tree.tables().forEach(this::addTable);
        tree.changes().forEach(this::addChanges);
        edits.addAll(ListingText.edits(tokens, Set.copyOf(tree.listings())));
        Set<List<String>> qualifiers = qualifiers();
        Set<SyntaxTree.Column> seen = new HashSet<>();
        for (SyntaxTree.Column column : tree.columns()) {
            if (column.path().size() > 2 && seen.add(column)) {
                addColumn(column, qualifiers);
            }
        }
        List<TableReference> tables = references.values().stream()
                .sorted((a, b) -> Integer.compare(a.position(), b.position()))
                .toList();
        List<Selection> selections = selections();
        QueryShape shape = QueryShape.of(statement, new Places(selections));
        return new ParsedQuery(new ParsedQuery.Parts(
                text, tables, edits, selections, tree.multiplies(), shape, Set.copyOf(tree.functions())));
    }

    /** Tells what the edits make of the nodes of the tree. */
    private final class Places implements QueryShape.Places {
        private final Map<Integer, Selection.Span> totals = new HashMap<>();

        Places(List<Selection> selections) {
            selections.stream()
                    .flatMap(selection -> selection.totals().stream())
                    .filter(Selection.Total::countsRows)
                    .forEach(total -> totals.put(total.call().start(), total.call()));
        }

        @Override
        public Optional<QueryShape.Replaced> replaced(JsonNode relation) {
            if (relation.path("type").asText().equals("SHOW_REF")) {
                return relation.path("query").isNull()
                        ? Optional.of(
                                new QueryShape.Replaced(Optional.empty(), Optional.of(ListingText.read(relation)), ""))
                        : Optional.empty();
            }
            int start = start(relation);
            TableReference table = references.get(start);
            if (table == null) {
                return Optional.empty();
            }
            String alias = table.alias().orElse(bare.contains(start) ? "" : table.name());
            return Optional.of(new QueryShape.Replaced(Optional.of(table), Optional.empty(), alias));
        }

        @Override
        public int droppedNames(JsonNode column) {
            return droppedNames.isEmpty() ? 0 : droppedNames.getOrDefault(start(column), 0);
        }

        @Override
        public Optional<Selection.Span> total(JsonNode call) {
            return totals.isEmpty() ? Optional.empty() : Optional.ofNullable(totals.get(start(call)));
        }

        private int start(JsonNode node) {
            return offsets.charOffset(SyntaxWalk.location(node));
        }
    }

    /** The parser copies some expressions, and with them the queries inside: these are listed once. */
    private List<Selection> selections() {
        Set<Selection> selections = new LinkedHashSet<>();
        for (SyntaxTree.Selection selection : tree.selections()) {
            List<Selection.Source> sources = selection.sources().stream()
                    .map(source -> new Selection.Source(source.name(), table(source), source.role()))
                    .toList();
            selections.add(new Selection(
                    sources,
                    selection.conditions(),
                    selection.merged(),
                    selection.natural(),
                    totals(selection.totals())));
        }
        return List.copyOf(selections);
    }

    /** Returns nothing unless every one is found: a call that is written in an unusual way is left alone. */
    private List<Selection.Total> totals(List<SyntaxTree.Total> calls) {
        List<Selection.Total> totals = new ArrayList<>();
        for (SyntaxTree.Total call : calls) {
            int first = call.location() < 0 ? -1 : tokenIndex(call.location());
            int close = first < 0 || !token(first + 1).isSymbol("(") ? -1 : Brackets.closing(tokens, first + 1);
            boolean found = close > 0 && (!call.column().isEmpty() || isCount(first, close, call));
            if (!found) {
                return List.of();
            }
            Selection.Span span = new Selection.Span(
                    tokens.get(first).start(), tokens.get(close).end());
            totals.add(new Selection.Total(call.column(), span, call.shownAs()));
        }
        return totals;
    }

    /** Whether it can be replaced, and be given a name if it has none: not inside of brackets. */
    private boolean isCount(int first, int close, SyntaxTree.Total call) {
        SqlToken argument = token(first + 2);
        boolean plain = close == first + 2
                || (close == first + 3 && (argument.isSymbol("*") || argument.kind() == SqlToken.Kind.NUMBER));
        SqlToken before = token(first - 1);
        boolean nameable = before.isKeyword("SELECT") || before.isSymbol(",");
        return plain
                && token(first).isIdentifier()
                && (nameable || call.shownAs().isEmpty());
    }

    /** Returns nothing where a name stands that a common table expression answers to. */
    private Optional<TableReference> table(SyntaxTree.Source source) {
        int index = source.location() < 0 ? -1 : tokenIndex(source.location());
        return index < 0
                ? Optional.empty()
                : Optional.ofNullable(references.get(tokens.get(index).start()));
    }

    private void addTable(SyntaxTree.Table table) {
        int first = tokenIndex(table.location());
        if (first < 0) {
            throw misplaced(table.path());
        }
        if (tokens.get(first).kind() == SqlToken.Kind.STRING) {
            throw new EiderException(
                    ErrorCode.FORBIDDEN,
                    "A query reads tables, not files: " + tokens.get(first).text());
        }
        int last = requireName(first, table.path());
        int start = tokens.get(first).start();
        SqlToken before = token(first - 1);
        int behind = behindAlias(table, first, last + 1);
        Optional<TableReference.At> at = table.version().map(version -> version(version, behind, table));
        Optional<String> alias = table.alias().isEmpty() ? Optional.empty() : Optional.of(table.alias());
        TableReference reference = new TableReference(table.path(), alias, at, start);
        TableReference other = references.put(start, reference);
        if (other != null) {
            if (!other.equals(reference)) {
                throw misplaced(table.path());
            }
            return;
        }
        if (at.isPresent()) {
            int close = Brackets.closing(tokens, behind + 1);
            edits.add(new ParsedQuery.Edit(
                    tokens.get(behind).start(), tokens.get(close).end(), ""));
        }
        replaceName(reference, before, last);
    }

    private void addChanges(SyntaxTree.Changes call) {
        int first = tokenIndex(call.location());
        boolean found = token(first).isIdentifier()
                && SqlToken.lower(token(first).identifier()).equals(ChangesCall.NAME)
                && token(first + 1).isSymbol("(");
        int close = found ? Brackets.closing(tokens, first + 1) : -1;
        if (close < 0) {
            throw misplaced(List.of(ChangesCall.NAME));
        }
        List<String> arguments = arguments(first + 2, close);
        if (arguments.size() != call.arguments().size()) {
            throw ChangesCall.misused();
        }
        int start = tokens.get(first).start();
        TableReference.Changes changes = new TableReference.Changes(
                version(arguments, call, 1),
                arguments.size() < 3 ? Optional.empty() : Optional.of(version(arguments, call, 2)));
        String alias = call.alias().isEmpty() ? ChangesCall.NAME : call.alias();
        TableReference reference = new TableReference(
                ChangesCall.path(call.table()), Optional.of(alias), Optional.empty(), start, Optional.of(changes));
        if (references.put(start, reference) == null) {
            String shown = call.alias().isEmpty() ? " AS " + SqlText.quoteIdentifier(ChangesCall.NAME) : "";
            edits.add(new ParsedQuery.Edit(start, tokens.get(close).end(), shown, reference));
        }
    }

    private static GatedExpression version(List<String> arguments, SyntaxTree.Changes call, int index) {
        return new GatedExpression(
                arguments.get(index), QueryShape.of(call.arguments().get(index)));
    }

    /** Returns what stands between the commas up to a closing bracket. */
    private List<String> arguments(int from, int close) {
        List<String> arguments = new ArrayList<>();
        int begin = from;
        for (int i = from; i <= close; i++) {
            if (i == close || token(i).isSymbol(",")) {
                if (i == begin) {
                    throw ChangesCall.misused();
                }
                arguments.add(text.substring(
                        tokens.get(begin).start(), tokens.get(i - 1).end()));
                begin = i + 1;
            } else if (token(i).isSymbol("(") || token(i).isSymbol("[") || token(i).isSymbol("{")) {
                i = Brackets.closing(tokens, i);
            }
        }
        return arguments;
    }

    private void replaceName(TableReference reference, SqlToken before, int last) {
        boolean described = ListingText.describes(before);
        if (before.isKeyword("TABLE")) {
            // "TABLE t" takes no alias, which the rest of the query may need; "FROM t" means the same.
            edits.add(new ParsedQuery.Edit(before.start(), before.end(), "FROM"));
        }
        if (described) {
            bare.add(reference.position());
        }
        boolean named = described || reference.alias().isPresent();
        String alias = named ? "" : " AS " + SqlText.quoteIdentifier(reference.name());
        // "t *" is an old way to write "t", and only before an alias is it an error.
        int end = token(last + 1).isSymbol("*") ? last + 1 : last;
        edits.add(new ParsedQuery.Edit(reference.position(), tokens.get(end).end(), alias, reference));
    }

    /** Returns the index of the token behind the alias and its list of columns, where AT stands if there is one. */
    private int behindAlias(SyntaxTree.Table table, int first, int next) {
        boolean prefixed = token(first - 1).isSymbol(":");
        int index = token(next).isSymbol("*") ? next + 1 : next;
        if (table.alias().isEmpty() || prefixed) {
            return index;
        }
        if (token(index).isKeyword("AS")) {
            index++;
        }
        SqlToken alias = token(index);
        boolean found = (alias.isIdentifier() && alias.identifier().equals(table.alias()))
                || (alias.kind() == SqlToken.Kind.STRING && alias.stringValue().equals(table.alias()));
        if (!found) {
            throw misplaced(List.of(table.alias()));
        }
        index++;
        if (token(index).isSymbol("(")) {
            int close = Brackets.closing(tokens, index);
            if (close < 0) {
                throw misplaced(table.path());
            }
            index = close + 1;
        }
        return index;
    }

    private TableReference.At version(SyntaxTree.Version version, int at, SyntaxTree.Table table) {
        TableReference.Unit unit =
                version.unit().equals("VERSION") ? TableReference.Unit.VERSION : TableReference.Unit.TIMESTAMP;
        boolean opened = token(at).isKeyword("AT") && token(at + 1).isSymbol("(");
        int close = opened ? Brackets.closing(tokens, at + 1) : -1;
        if (close < at + 5
                || !token(at + 2).isKeyword(unit.name())
                || !token(at + 3).isSymbol("=>")) {
            throw misplaced(table.path());
        }
        String expression =
                text.substring(tokens.get(at + 4).start(), tokens.get(close - 1).end());
        GatedExpression gated = new GatedExpression(expression, QueryShape.of(version.expression()));
        return new TableReference.At(unit, gated, version.constant());
    }

    /** Returns the qualified forms of names that no alias hides, folded: namespace and name, and with the catalog. */
    private Set<List<String>> qualifiers() {
        Set<List<String>> qualifiers = new HashSet<>();
        for (TableReference reference : references.values()) {
            if (reference.alias().isEmpty()) {
                List<String> path =
                        reference.path().stream().map(SqlToken::lower).toList();
                String name = path.get(path.size() - 1);
                String namespace = path.size() > 1 ? path.get(path.size() - 2) : DEFAULT_NAMESPACE;
                qualifiers.add(List.of(namespace, name));
                qualifiers.add(List.of(path.size() > 2 ? path.get(0) : CATALOG, namespace, name));
            }
        }
        return qualifiers;
    }

    private void addColumn(SyntaxTree.Column column, Set<List<String>> qualifiers) {
        List<String> folded = column.path().stream().map(SqlToken::lower).toList();
        int size = 0;
        if (folded.size() > 3 && qualifiers.contains(folded.subList(0, 3))) {
            size = 3;
        } else if (qualifiers.contains(folded.subList(0, 2))) {
            size = 2;
        }
        if (size == 0) {
            return;
        }
        List<String> qualifier = column.path().subList(0, size);
        int first = tokenIndex(column.location());
        int last = first < 0 ? -1 : nameEnd(first, qualifier);
        if (last < 0) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "The column " + String.join(".", column.path()) + " cannot be qualified like this; write it as "
                            + qualifier.get(size - 1) + "." + column.path().get(size));
        }
        droppedNames.put(tokens.get(first).start(), size - 1);
        edits.add(new ParsedQuery.Edit(
                tokens.get(first).start(), tokens.get(last).end(), SqlText.quoteIdentifier(qualifier.get(size - 1))));
    }

    private int requireName(int first, List<String> path) {
        int last = nameEnd(first, path);
        if (last < 0 || token(last + 1).isSymbol(".")) {
            throw misplaced(path);
        }
        return last;
    }

    /** Returns the index of the last token of a name of those parts, or -1 if something else stands there. */
    private int nameEnd(int first, List<String> path) {
        int index = first;
        for (int i = 0; i < path.size(); i++) {
            if (i > 0 && !token(index++).isSymbol(".")) {
                return -1;
            }
            SqlToken part = token(index++);
            if (!part.isIdentifier() || !part.identifier().equals(path.get(i))) {
                return -1;
            }
        }
        return index - 1;
    }

    private int tokenIndex(long byteOffset) {
        return tokenAt.getOrDefault(offsets.charOffset(byteOffset), -1);
    }

    private SqlToken token(int index) {
        return index >= 0 && index < tokens.size() ? tokens.get(index) : END;
    }

    private static EiderException misplaced(List<String> path) {
        return new EiderException(
                ErrorCode.INTERNAL, "The name " + String.join(".", path) + " was not found where the parser saw it");
    }
}
