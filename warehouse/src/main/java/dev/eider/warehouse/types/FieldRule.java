package dev.eider.warehouse.types;

import java.util.List;

/**
 * Where a field of incoming rows goes, as far as checking its values is concerned. Children are those of the Arrow
 * field, in its order.
 *
 * @param path the column's dotted path, for messages
 * @param required whether the table's field refuses NULL
 * @param children the rules for nested fields
 */
record FieldRule(String path, boolean required, List<FieldRule> children) {
    FieldRule {
        children = List.copyOf(children);
    }
}
