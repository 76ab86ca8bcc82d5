package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a statement refers to, as DuckDB's parser saw it. Immutable.
 *
 * <p>Offsets are DuckDB's: bytes of UTF-8 from the start of the text, beyond its end where the parser gives none.
 *
 * @param functions every call, operators included, wherever it stands
 * @param tables every name in FROM that no common table expression answers to
 * @param columns every column reference
 * @param uses traits of the statement that the gate decides about
 * @param selections every SELECT
 * @param changes every call of {@code table_changes}
 * @param multiplies whether it makes rows of its own, or names the rows of a subquery to use them several times
 * @param listings every SHOW of what there is
 */
record SyntaxTree(
        List<Call> functions,
        List<Table> tables,
        List<Column> columns,
        List<Trait> uses,
        List<Selection> selections,
        List<Changes> changes,
        boolean multiplies,
        List<CatalogListing> listings) {

    /** Something that a statement does which is not a function, table or column. */
    enum Trait {
        /** Has a place for a value that comes later. */
        PARAMETER,
        /** Names a namespace inside EXCLUDE or RENAME. */
        QUALIFIED_STAR,
        /** Takes the binary state of an aggregate. */
        AGGREGATE_STATE,
        /** Names a type of a schema. */
        QUALIFIED_TYPE
    }

    /**
     * A call of a function, aggregate, macro or operator.
     *
     * @param inFrom whether it is called as a relation
     */
    record Call(String catalog, String schema, String name, boolean inFrom) {}

    /**
     * A table reference.
     *
     * @param path catalog, schema and name, as many as were given
     * @param alias empty if there is none
     */
    record Table(List<String> path, String alias, long location, Optional<Version> version) {}

    /**
     * An AT clause.
     *
     * @param unit VERSION or TIMESTAMP
     * @param constant its value where it is a constant
     * @param expression as the parser saw it
     */
    record Version(String unit, Optional<String> constant, JsonNode expression) {}

    /** One SELECT, as {@link dev.eider.warehouse.engine.Selection} describes it, its tables told by where they stand. */
    record Selection(
            List<Source> sources,
            List<ColumnCondition> conditions,
            Set<String> merged,
            boolean natural,
            List<Total> totals) {
        Selection {
            sources = List.copyOf(sources);
            conditions = List.copyOf(conditions);
            merged = Set.copyOf(merged);
            totals = List.copyOf(totals);
        }
    }

    /**
     * An item of a SELECT that asks for nothing but aggregates over all rows of one table.
     *
     * @param column of which the least or the greatest value is asked for; empty where rows are counted
     * @param location of the call
     * @param shownAs how the result's column is called, empty if the statement gives it a name
     */
    record Total(List<String> column, long location, String shownAs) {
        Total {
            column = List.copyOf(column);
        }
    }

    /**
     * A relation in FROM.
     *
     * @param location of its name, -1 if it is no table, or one that cannot be filtered
     */
    record Source(String name, long location, dev.eider.warehouse.engine.Selection.Role role) {}

    /**
     * A call of {@code table_changes}, which is a table reference of another form.
     *
     * @param table its first argument
     * @param alias empty if there is none
     * @param arguments as the parser saw them
     */
    record Changes(String table, String alias, long location, List<JsonNode> arguments) {
        Changes {
            arguments = List.copyOf(arguments);
        }
    }

    /** A column reference, with all its qualifiers and field names. */
    record Column(List<String> path, long location) {}

    SyntaxTree {
        functions = List.copyOf(functions);
        tables = List.copyOf(tables);
        columns = List.copyOf(columns);
        uses = List.copyOf(uses);
        selections = List.copyOf(selections);
        changes = List.copyOf(changes);
        listings = List.copyOf(listings);
    }
}
