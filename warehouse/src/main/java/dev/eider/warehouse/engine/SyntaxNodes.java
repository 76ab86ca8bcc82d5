package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Set;

/**
 * The kinds of nodes and fields that the walk over a syntax tree knows, so that what a later engine adds is refused
 * until somebody has looked at it.
 *
 * <p>Found by serialising statements of every kind with DuckDB 1.5.5.
 */
final class SyntaxNodes {
    private static final Set<String> EXPRESSION_CLASSES = Set.of(
            "BETWEEN",
            "CASE",
            "CAST",
            "COLLATE",
            "COLUMN_REF",
            "COMPARISON",
            "CONJUNCTION",
            "CONSTANT",
            "DEFAULT",
            "FUNCTION",
            "LAMBDA",
            "OPERATOR",
            "PARAMETER",
            "POSITIONAL_REFERENCE",
            "STAR",
            "SUBQUERY",
            "WINDOW");

    private static final Set<String> OPERATORS = Set.of(
            "ARRAY_CONSTRUCTOR",
            "ARRAY_EXTRACT",
            "ARRAY_SLICE",
            "COMPARE_IN",
            "COMPARE_NOT_IN",
            "GROUPING_FUNCTION",
            "OPERATOR_COALESCE",
            "OPERATOR_IS_NOT_NULL",
            "OPERATOR_IS_NULL",
            "OPERATOR_NOT",
            "OPERATOR_NULLIF",
            "OPERATOR_TRY",
            "OPERATOR_UNPACK",
            "STRUCT_EXTRACT");

    /** Relations, query nodes, modifiers of their results, orders and descriptions of types. */
    private static final Set<String> OTHERS = Set.of(
            "ARRAY_TYPE_INFO",
            "ASCENDING",
            "BASE_TABLE",
            "DECIMAL_TYPE_INFO",
            "DESCENDING",
            "DISTINCT_MODIFIER",
            "EMPTY",
            "EXPRESSION_LIST",
            "GENERIC_TYPE_INFO",
            "GEO_TYPE_INFO",
            "JOIN",
            "LIMIT_MODIFIER",
            "LIMIT_PERCENT_MODIFIER",
            "LIST_TYPE_INFO",
            "ORDER_DEFAULT",
            "ORDER_MODIFIER",
            "PIVOT",
            "RECURSIVE_CTE_NODE",
            "SELECT_NODE",
            "SET_OPERATION_NODE",
            "SHOW_REF",
            "STRING_TYPE_INFO",
            "STRUCT_TYPE_INFO",
            "SUBQUERY",
            "TABLE_FUNCTION",
            "UNBOUND_TYPE_INFO");

    private static final Set<String> FIELDS = Set.of(("aggregate_handling aggregates alias aliases arg_orders at_clause"
                    + " case_checks cast_type catalog catalog_name child child_type child_types children class collation"
                    + " column column_name_alias column_names columns comparison_type condition crs cte_map cte_name"
                    + " default_expr delim_flipped distinct distinct_on_targets duplicate_eliminated_columns else_expr"
                    + " end end_expr entries exclude_clause exclude_list expected_names expected_types export_state expr"
                    + " expression extension_info filter filter_expr first from_table function function_name"
                    + " group_expressions group_sets groups having id identifier ignore_nulls include_nulls index input"
                    + " is_null is_operator is_percentage join_type key key_targets left lhs limit lower map"
                    + " materialized method modifiers name named_param_map node null_order offset offset_expr order_bys"
                    + " orders partitions pivot_enum pivot_expressions pivots qualified_exclude_list qualify query"
                    + " query_location ref_type relation_name rename_list replace_list right sample sample_size scale"
                    + " schema schema_name second seed select_list setop_all setop_type show_type size source star_expr"
                    + " start start_expr subquery subquery_type table table_name then_expr try_cast type type_info"
                    + " union_all unit unpivot_names upper user_type_modifiers using_columns value values when_expr"
                    + " where_clause width with_ordinality")
            .split(" "));

    private SyntaxNodes() {}

    /** Returns what the walk does not know about an object, or an empty text. */
    static String unknownIn(JsonNode object) {
        String expression = object.path("class").asText();
        JsonNode type = object.path("type");
        if (!expression.isEmpty()) {
            boolean known = EXPRESSION_CLASSES.contains(expression)
                    && (!expression.equals("OPERATOR") || OPERATORS.contains(type.asText()));
            if (!known) {
                return expression + " " + type.asText();
            }
        } else if (type.isTextual() && !OTHERS.contains(type.asText())) {
            return type.asText();
        }
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!FIELDS.contains(name)) {
                return name;
            }
        }
        return "";
    }
}
