package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a parsed query says, apart from where in the text it says it, with gaps for the relations that take the places of
 * tables. Two texts of equal shape are the same query.
 *
 * <p>Nothing of a syntax tree is left out but the offsets. Immutable.
 */
final class QueryShape {
    private final List<Piece> pieces;

    private QueryShape(List<Piece> pieces) {
        this.pieces = List.copyOf(pieces);
    }

    /** What a rewrite replaces in a tree. */
    interface Places {
        /** Returns the table that a relation of the tree gives way to, if any. */
        Optional<Replaced> replaced(JsonNode relation);

        /** Returns how many of the names of a column are dropped. */
        int droppedNames(JsonNode column);

        /** Returns where a call stands that a count from metadata may take the place of. */
        Optional<Selection.Span> total(JsonNode call);
    }

    /**
     * A relation of the tree that another takes the place of.
     *
     * @param table what it was, or nothing for a listing
     * @param alias what the other is called in the query
     */
    record Replaced(Optional<TableReference> table, Optional<CatalogListing> listing, String alias) {}

    /**
     * A count of rows that is read from a relation instead.
     *
     * @param column that holds it
     * @param shownAs how the result's column is called, empty if the statement gives it a name
     */
    record Count(String column, String shownAs) {}

    private sealed interface Piece {
        String filled(RelationNames names, Map<Selection.Span, Count> counts);
    }

    private record Text(String text) implements Piece {
        @Override
        public String filled(RelationNames names, Map<Selection.Span, Count> counts) {
            return text;
        }
    }

    private record NameOf(Replaced replaced) implements Piece {
        @Override
        public String filled(RelationNames names, Map<Selection.Span, Count> counts) {
            String name = replaced.table()
                    .map(names.tables()::get)
                    .or(() -> replaced.listing().map(names.listings()::get))
                    .orElse("");
            return quoted(name);
        }
    }

    private record Call(Selection.Span span, JsonNode node) implements Piece {
        @Override
        public String filled(RelationNames names, Map<Selection.Span, Count> counts) {
            Count count = counts.get(span);
            return of(count == null ? node : counted(count));
        }

        private JsonNode counted(Count count) {
            ObjectNode call = node.deepCopy();
            call.put("function_name", "max");
            ObjectNode column = call.putArray("children").addObject();
            column.put("class", "COLUMN_REF").put("type", "COLUMN_REF").put("alias", "");
            column.putArray("column_names").add(count.column());
            if (!count.shownAs().isEmpty()) {
                call.put("alias", count.shownAs());
            }
            return call;
        }
    }

    /** Returns the shape of a tree in which nothing is replaced. */
    static String of(JsonNode tree) {
        Writer writer = new Writer(null);
        writer.write(tree);
        return writer.text.toString();
    }

    /** Returns the shape of a tree with gaps. */
    static QueryShape of(JsonNode tree, Places places) {
        Writer writer = new Writer(places);
        writer.write(tree);
        writer.endText();
        return new QueryShape(writer.pieces);
    }

    /** Returns the shape that the rewritten text must have. */
    String filled(RelationNames names, Map<Selection.Span, Count> counts) {
        StringBuilder filled = new StringBuilder();
        for (Piece piece : pieces) {
            filled.append(piece.filled(names, counts));
        }
        return filled.toString();
    }

    /** Returns about how many bytes it takes. */
    int size() {
        int size = 0;
        for (Piece piece : pieces) {
            size += piece instanceof Text text ? text.text().length() : 200;
        }
        return size;
    }

    private static String quoted(String name) {
        return TextNode.valueOf(name).toString();
    }

    /** Recursion is safe: the walk over the tree has bounded its depth before. */
    private static final class Writer {
        private final List<Piece> pieces = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private final @Nullable Places places;

        Writer(@Nullable Places places) {
            this.places = places;
        }

        void endText() {
            pieces.add(new Text(text.toString()));
            text.setLength(0);
        }

        void write(JsonNode node) {
            if (node.isArray()) {
                text.append('[');
                for (JsonNode element : node) {
                    write(element);
                    text.append(',');
                }
                text.append(']');
            } else if (!node.isObject()) {
                text.append(node);
            } else if (places == null) {
                writeFields(node, 0);
            } else {
                writeObject(node, places);
            }
        }

        private void writeObject(JsonNode node, Places known) {
            String kind = node.path("type").asText();
            switch (kind) {
                case "BASE_TABLE", "TABLE_FUNCTION", "SHOW_REF" -> {
                    Optional<Replaced> replaced = known.replaced(node);
                    if (replaced.isPresent()) {
                        writeRelation(node, replaced.get());
                    } else {
                        writeFields(node, 0);
                    }
                }
                case "COLUMN_REF" -> writeFields(node, known.droppedNames(node));
                case "FUNCTION" -> {
                    Optional<Selection.Span> total = known.total(node);
                    if (total.isPresent()) {
                        endText();
                        pieces.add(new Call(total.get(), node));
                    } else {
                        writeFields(node, 0);
                    }
                }
                default -> writeFields(node, 0);
            }
        }

        private void writeFields(JsonNode node, int droppedNames) {
            text.append('{');
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                if (field.getKey().equals("query_location")) {
                    continue;
                }
                text.append(field.getKey()).append(':');
                if (droppedNames > 0 && field.getKey().equals("column_names")) {
                    writeNames(field.getValue(), droppedNames);
                } else {
                    write(field.getValue());
                }
                text.append(',');
            }
            text.append('}');
        }

        private void writeNames(JsonNode names, int dropped) {
            text.append('[');
            for (int i = dropped; i < names.size(); i++) {
                text.append(names.get(i)).append(',');
            }
            text.append(']');
        }

        /** Writes what the parser makes of a relation's name there, in the order of its fields. */
        private void writeRelation(JsonNode node, Replaced replaced) {
            text.append("{type:\"BASE_TABLE\",alias:")
                    .append(quoted(replaced.alias()))
                    .append(",sample:");
            write(node.path("sample"));
            text.append(",schema_name:\"\",table_name:");
            endText();
            pieces.add(new NameOf(replaced));
            text.append(",column_name_alias:");
            JsonNode columns = node.path("column_name_alias");
            if (columns.isMissingNode()) {
                text.append("[]");
            } else {
                write(columns);
            }
            text.append(",catalog_name:\"\",at_clause:null,}");
        }
    }
}
