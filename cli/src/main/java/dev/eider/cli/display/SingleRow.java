package dev.eider.cli.display;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Schema;

/** Keeps the first row of a result as text, for programs that asked one question. Confined to one thread. */
public final class SingleRow {
    private Schema schema = new Schema(List.of());
    private final List<String> texts = new ArrayList<>();

    /** Takes the columns. */
    public void start(Schema columns) {
        schema = columns;
    }

    /** Takes the first row of the first batch that has one, and ignores all others. */
    public void batch(List<FieldVector> columns, int rows) {
        if (rows > 0 && texts.isEmpty()) {
            for (FieldVector column : columns) {
                Object value = CellValues.at(column, 0);
                texts.add(value == null ? "NULL" : CellText.of(value));
            }
        }
    }

    /** Returns the columns. */
    public Schema schema() {
        return schema;
    }

    /** Returns how many columns there are. */
    public int columns() {
        return schema.getFields().size();
    }

    /** Returns the name of a column. */
    public String name(int column) {
        return schema.getFields().get(column).getName();
    }

    /** Returns all values as text; none if there was no row. */
    public List<String> texts() {
        return List.copyOf(texts);
    }

    /** Returns the value of a column as text; throws {@link IllegalStateException} if there was no row. */
    public String text(int column) {
        if (texts.isEmpty()) {
            throw new IllegalStateException("the result has no rows");
        }
        return texts.get(column);
    }
}
