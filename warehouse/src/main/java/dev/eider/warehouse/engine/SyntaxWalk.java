package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Walks over every node of DuckDB's syntax tree, and refuses the ones that it does not know.
 *
 * <p>Needs no stack of its own, however deep the tree; but DuckDB does when it plans the statement, and takes the
 * process down when it runs out of it. So the depth is bounded here, well under what a thread of 1 MB survives. Confined
 * to one thread, for one tree.
 */
final class SyntaxWalk {
    /** Levels of the tree; DuckDB 1.5.5 was seen to overflow a stack of 1 MB from 1,050 on. */
    private static final int MAX_DEPTH = 500;

    /** Planning time doubles with each lambda or subquery inside another: at 24, it takes seconds. */
    private static final int MAX_BINDING_DEPTH = 18;

    /** One level of a join costs DuckDB as much stack as this many levels of an expression. */
    private static final int JOIN_WEIGHT = 4;

    /** What the plan of a common table expression adds to the depth of the place that refers to it. */
    private static final int CTE_WEIGHT = 3;

    /** Make several rows of one. */
    private static final Set<String> UNNESTING =
            Set.of("unnest", "unlist", "generate_subscripts", "regexp_split_to_table");

    /** Take the name of an aggregate as a text. */
    private static final Set<String> AGGREGATING =
            Set.of("aggregate", "array_aggr", "array_aggregate", "list_aggr", "list_aggregate");

    private static final Set<String> VALUE_KEYWORDS =
            Set.of("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp");

    private final List<SyntaxTree.Call> functions = new ArrayList<>();
    private final List<SyntaxTree.Table> tables = new ArrayList<>();
    private final List<SyntaxTree.Column> columns = new ArrayList<>();
    private final List<SyntaxTree.Trait> uses = new ArrayList<>();
    private final List<SyntaxTree.Selection> selections = new ArrayList<>();
    private final List<SyntaxTree.Changes> changes = new ArrayList<>();
    private final List<CatalogListing> listings = new ArrayList<>();
    private final Deque<Step> steps = new ArrayDeque<>();
    private boolean multiplies;

    private SyntaxWalk() {}

    static SyntaxTree over(JsonNode statement) {
        SyntaxWalk walk = new SyntaxWalk();
        walk.steps.push(new Step(statement, new Place(0, 0, null, null, false, false)));
        while (!walk.steps.isEmpty()) {
            Step step = walk.steps.pop();
            walk.visit(step.node, step.place);
        }
        return new SyntaxTree(
                walk.functions,
                walk.tables,
                walk.columns,
                walk.uses,
                walk.selections,
                walk.changes,
                walk.multiplies,
                walk.listings);
    }

    /** A node that is still to be visited. */
    private record Step(JsonNode node, Place place) {}

    /** Where a node stands: how deep, what it sees, and inside of what. */
    private record Place(
            int depth,
            int bindingDepth,
            @Nullable Scope scope,
            @Nullable Cte inside,
            boolean inVersion,
            boolean inReduce) {
        Place deeper(int levels) {
            return new Place(depth + levels, bindingDepth, scope, inside, inVersion, inReduce);
        }

        Place binding() {
            return new Place(depth, bindingDepth + 1, scope, inside, inVersion, inReduce);
        }

        Place version() {
            return new Place(depth, bindingDepth, scope, inside, true, inReduce);
        }

        Place reducing() {
            return new Place(depth, bindingDepth, scope, inside, inVersion, true);
        }

        Place seeing(@Nullable Scope visible) {
            return new Place(depth, bindingDepth, visible, inside, inVersion, inReduce);
        }

        Place within(Cte cte) {
            return new Place(depth, bindingDepth, scope, cte, inVersion, inReduce);
        }
    }

    /** A common table expression that can be seen, and behind it those of outer queries. */
    private record Scope(Cte cte, @Nullable Scope outer) {}

    /** A common table expression, and how much depth its plan was found to have. */
    private static final class Cte {
        final String name;
        final int start;
        final @Nullable Cte outer;
        int height;

        Cte(String name, int start, @Nullable Cte outer) {
            this.name = name;
            this.start = start;
            this.outer = outer;
        }
    }

    private void visit(JsonNode node, Place place) {
        reach(place.depth, place);
        if (node.isArray()) {
            for (JsonNode element : node) {
                push(element, place.deeper(1));
            }
            return;
        }
        String unknown = SyntaxNodes.unknownIn(node);
        if (!unknown.isEmpty()) {
            throw new EiderException(ErrorCode.FORBIDDEN, "The statement uses syntax that is not allowed: " + unknown);
        }
        if (node.has("class")) {
            visitExpression(node, place);
        } else {
            visitOther(node, place);
        }
    }

    private void visitExpression(JsonNode node, Place place) {
        switch (node.path("class").asText()) {
            case "CONSTANT" -> {} // holds a value, nothing else
            case "PARAMETER" -> uses.add(SyntaxTree.Trait.PARAMETER);
            case "FUNCTION", "WINDOW" -> {
                addCall(node, false);
                addNamedAggregate(node);
                visitArguments(node, place);
            }
            case "COLUMN_REF" -> addColumn(node, place);
            case "SUBQUERY" -> {
                requireOutsideVersion(place);
                pushFields(node, place.binding());
            }
            case "LAMBDA" -> pushFields(node, place.binding());
            case "STAR" -> {
                requireOutsideVersion(place);
                addStar(node);
                pushFields(node, place);
            }
            default -> pushFields(node, place);
        }
    }

    /** Checks what a call could make of its arguments before they are visited. */
    private void visitArguments(JsonNode call, Place place) {
        String name = SqlToken.lower(call.path("function_name").asText());
        JsonNode arguments = call.path("children");
        JsonNode first = arguments.path(0);
        boolean constant = first.path("class").asText().equals("CONSTANT");
        GrowthLimits.requireNarrowFormat(
                name, constant ? first.path("value").path("value").asText() : null);
        if (place.inReduce) {
            GrowthLimits.requireCallableByReduce(name);
        }
        Place inside = GrowthLimits.covers(name) ? place.binding() : place;
        boolean reduces = GrowthLimits.reduces(name);
        for (JsonNode argument : arguments) {
            boolean lambda = argument.path("class").asText().equals("LAMBDA");
            push(argument, reduces && lambda ? inside.deeper(2).reducing() : inside.deeper(2));
        }
        pushFieldsExcept(Set.of("children"), call, inside);
    }

    private void visitOther(JsonNode node, Place place) {
        switch (node.path("type").asText()) {
            case "BASE_TABLE" -> addTable(node, place);
            case "TABLE_FUNCTION" -> {
                JsonNode function = node.path("function");
                boolean ours = ChangesCall.isNamed(function);
                if (ours) {
                    requireOutsideVersion(place);
                    changes.add(ChangesCall.read(node));
                } else {
                    addCall(function, true);
                }
                pushFieldsExcept(Set.of("function"), node, place);
                pushFields(function, ours ? place.deeper(1).version() : place.deeper(1));
            }
            case "SHOW_REF" -> {
                if (node.path("query").isNull()) {
                    requireOutsideVersion(place);
                    listings.add(ListingText.read(node));
                }
                pushFields(node, place);
            }
            case "JOIN" -> pushFields(node, place.deeper(JOIN_WEIGHT - 1));
            case "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE" -> visitQuery(node, place);
            case "UNBOUND_TYPE_INFO" -> {
                if (!isBuiltIn(
                        node.path("catalog").asText(), node.path("schema").asText())) {
                    uses.add(SyntaxTree.Trait.QUALIFIED_TYPE);
                }
            }
            default -> {
                requireKnownType(node);
                pushFields(node, place);
            }
        }
    }

    /** The engine turns JSON into variants by recursion: a deep value ends the process. */
    private static void requireKnownType(JsonNode type) {
        if (type.path("id").asText().equals("VARIANT")) {
            throw new EiderException(ErrorCode.UNSUPPORTED, "The type VARIANT is not supported");
        }
    }

    /** Each expression of a WITH clause sees the ones before it, and the rest of the query sees all. */
    private void visitQuery(JsonNode node, Place place) {
        if (node.path("type").asText().equals("SELECT_NODE")) {
            selections.add(SelectionReader.read(node));
        }
        List<Step> bodies = new ArrayList<>();
        Scope scope = place.scope;
        for (JsonNode entry : node.path("cte_map").path("map")) {
            multiplies = true;
            Cte cte = new Cte(SqlToken.lower(entry.path("key").asText()), place.depth + 4, place.inside);
            bodies.add(new Step(entry.path("value"), place.deeper(4).within(cte).seeing(scope)));
            scope = new Scope(cte, scope);
        }
        if (node.path("type").asText().equals("RECURSIVE_CTE_NODE")) {
            // Only the repeated branch sees the expression itself; the first one may read a table of that name.
            Cte self = place.inside;
            if (self == null
                    || !self.name.equals(SqlToken.lower(node.path("cte_name").asText()))) {
                throw new EiderException(ErrorCode.INTERNAL, "A recursive query stands outside of its expression");
            }
            push(node.path("right"), place.deeper(1).seeing(new Scope(self, scope)));
            pushFieldsExcept(Set.of("cte_map", "right"), node, place.seeing(scope));
        } else {
            pushFieldsExcept(Set.of("cte_map"), node, place.seeing(scope));
        }
        for (int i = bodies.size() - 1; i >= 0; i--) {
            steps.push(bodies.get(i));
        }
    }

    private void addCall(JsonNode function, boolean inFrom) {
        multiplies |= inFrom
                || UNNESTING.contains(
                        SqlToken.lower(function.path("function_name").asText()));
        functions.add(new SyntaxTree.Call(
                function.path("catalog").asText(),
                function.path("schema").asText(),
                function.path("function_name").asText(),
                inFrom));
        if (function.path("export_state").asBoolean()) {
            uses.add(SyntaxTree.Trait.AGGREGATE_STATE);
        }
    }

    /** The engine calls the aggregate whose name a list function is told: it is a call like any other. */
    private void addNamedAggregate(JsonNode call) {
        if (!AGGREGATING.contains(SqlToken.lower(call.path("function_name").asText()))) {
            return;
        }
        JsonNode name = call.path("children").path(1);
        JsonNode value = name.path("value");
        boolean constant = name.path("class").asText().equals("CONSTANT")
                && value.path("type").path("id").asText().equals("VARCHAR")
                && !value.path("is_null").asBoolean();
        if (!constant) {
            throw new EiderException(
                    ErrorCode.FORBIDDEN,
                    "The second argument of %s(…) must be the name of an aggregate, as a text"
                            .formatted(call.path("function_name").asText()));
        }
        functions.add(new SyntaxTree.Call("", "", value.path("value").asText(), false));
    }

    private void addColumn(JsonNode node, Place place) {
        List<String> path = new ArrayList<>();
        for (JsonNode part : node.path("column_names")) {
            path.add(part.asText());
        }
        boolean keyword = path.size() == 1 && VALUE_KEYWORDS.contains(SqlToken.lower(path.get(0)));
        if (!keyword) {
            requireOutsideVersion(place);
        }
        columns.add(new SyntaxTree.Column(List.copyOf(path), location(node)));
    }

    private void addStar(JsonNode node) {
        for (JsonNode column : node.path("qualified_exclude_list")) {
            addQualifier(column);
        }
        for (JsonNode rename : node.path("rename_list")) {
            addQualifier(rename.path("key"));
        }
    }

    private void addQualifier(JsonNode column) {
        if (!column.path("schema").asText().isEmpty()
                || !column.path("catalog").asText().isEmpty()) {
            uses.add(SyntaxTree.Trait.QUALIFIED_STAR);
        }
    }

    private void addTable(JsonNode node, Place place) {
        requireOutsideVersion(place);
        List<String> path = new ArrayList<>();
        for (String field : List.of("catalog_name", "schema_name", "table_name")) {
            if (!node.path(field).asText().isEmpty()) {
                path.add(node.path(field).asText());
            }
        }
        if (node.path("table_name").asText().isEmpty()) {
            throw new EiderException(ErrorCode.INVALID_SQL, "The name of a table is empty");
        }
        Cte cte = commonTableExpression(path, place);
        JsonNode at = node.path("at_clause");
        if (cte != null) {
            if (!at.isNull()) {
                throw new EiderException(
                        ErrorCode.INVALID_SQL,
                        "AT cannot be applied to " + path.get(path.size() - 1) + ", which WITH defines");
            }
            reach(place.depth + CTE_WEIGHT + cte.height, place);
            return;
        }
        tables.add(new SyntaxTree.Table(List.copyOf(path), node.path("alias").asText(), location(node), version(at)));
        if (!at.isNull()) {
            push(at.path("expr"), place.deeper(2).version());
        }
    }

    private static Optional<SyntaxTree.Version> version(JsonNode at) {
        if (at.isNull()) {
            return Optional.empty();
        }
        JsonNode expression = at.path("expr");
        JsonNode value = expression.path("value");
        boolean constant = expression.path("class").asText().equals("CONSTANT")
                && !value.path("is_null").asBoolean();
        Optional<String> text = constant ? Optional.of(value.path("value").asText()) : Optional.empty();
        return Optional.of(new SyntaxTree.Version(at.path("unit").asText(), text, expression));
    }

    private static @Nullable Cte commonTableExpression(List<String> path, Place place) {
        String name = SqlToken.lower(path.get(path.size() - 1));
        if (path.size() == 2 && SqlToken.lower(path.get(0)).equals("recurring")) {
            // The whole of what a recursive expression has found so far, for that expression alone.
            for (Cte cte = place.inside; cte != null; cte = cte.outer) {
                if (cte.name.equals(name)) {
                    return cte;
                }
            }
            return null;
        }
        if (path.size() != 1) {
            return null;
        }
        for (Scope scope = place.scope; scope != null; scope = scope.outer) {
            if (scope.cte.name.equals(name)) {
                return scope.cte;
            }
        }
        return null;
    }

    private void pushFields(JsonNode node, Place place) {
        pushFieldsExcept(Set.of(), node, place);
    }

    private void pushFieldsExcept(Set<String> skipped, JsonNode node, Place place) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!skipped.contains(field.getKey())) {
                push(field.getValue(), place.deeper(1));
            }
        }
    }

    private void push(JsonNode node, Place place) {
        if (node.isContainerNode()) {
            steps.push(new Step(node, place));
        }
    }

    /** Notes a depth, here and for every expression of a WITH clause around, whose own users add to it. */
    private void reach(int depth, Place place) {
        if (depth > MAX_DEPTH || place.bindingDepth > MAX_BINDING_DEPTH) {
            throw tooDeep();
        }
        for (Cte cte = place.inside; cte != null; cte = cte.outer) {
            cte.height = Math.max(cte.height, depth - cte.start);
        }
    }

    static EiderException tooDeep() {
        return new EiderException(ErrorCode.INVALID_SQL, "The statement is nested too deeply");
    }

    private static void requireOutsideVersion(Place place) {
        if (place.inVersion) {
            throw new EiderException(
                    ErrorCode.INVALID_SQL,
                    "A version, as in AT (…), must be a value, without columns, tables or subqueries");
        }
    }

    static boolean isBuiltIn(String catalog, String schema) {
        return Set.of("", "system").contains(SqlToken.lower(catalog))
                && Set.of("", "main", "pg_catalog").contains(SqlToken.lower(schema));
    }

    /** DuckDB writes "none" as the largest unsigned number. */
    static long location(JsonNode node) {
        JsonNode location = node.path("query_location");
        return location.canConvertToInt() ? location.asLong() : -1;
    }
}
