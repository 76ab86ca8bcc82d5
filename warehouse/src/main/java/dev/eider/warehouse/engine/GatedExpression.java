package dev.eider.warehouse.engine;

import java.util.Objects;

/**
 * An expression of a caller that passed the gate: it holds no tables, columns or subqueries, and only allowed functions.
 * Immutable; equal where the text is.
 */
public final class GatedExpression {
    private final String text;
    private final String shape;

    /** Takes the text, and the shape of what the parser made of it where it stood. */
    GatedExpression(String text, String shape) {
        this.text = text;
        this.shape = shape;
    }

    /** Returns the expression as it was written. */
    public String text() {
        return text;
    }

    String shape() {
        return shape;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GatedExpression expression && text.equals(expression.text);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(text);
    }

    @Override
    public String toString() {
        return text;
    }
}
