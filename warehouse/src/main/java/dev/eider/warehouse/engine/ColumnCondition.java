package dev.eider.warehouse.engine;

import java.util.List;

/**
 * What has to be true of a row's columns for a statement to need the row: a part of a WHERE clause that compares columns
 * with constants.
 *
 * <p>Column names are as they were written, with their qualifiers: who knows the tables finds out what they mean. No
 * condition is negated: the reader turns NOT into the opposite comparison, which is not true for NULL either. Immutable.
 */
public sealed interface ColumnCondition {

    /** Tells what kind of condition this is. */
    <T> T accept(Visitor<T> visitor);

    /** Does something for each kind of condition. */
    interface Visitor<T> {
        /** Handles a conjunction. */
        T all(All condition);

        /** Handles a disjunction. */
        T any(Any condition);

        /** Handles a comparison. */
        T comparison(Comparison condition);

        /** Handles IN. */
        T membership(Membership condition);

        /** Handles IS NULL. */
        T presence(Presence condition);

        /** Handles LIKE. */
        T prefix(Prefix condition);
    }

    /** Every part is true. Parts that could not be read are missing, so that this may be true of more rows. */
    record All(List<ColumnCondition> parts) implements ColumnCondition {
        /** Copies the parts, so that nobody changes them later. */
        public All {
            parts = List.copyOf(parts);
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.all(this);
        }
    }

    /** At least one part is true. */
    record Any(List<ColumnCondition> parts) implements ColumnCondition {
        /** Copies the parts, so that nobody changes them later. */
        public Any {
            parts = List.copyOf(parts);
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.any(this);
        }
    }

    /** A column on the left, a constant on the right. */
    record Comparison(List<String> column, Operator operator, SqlConstant constant) implements ColumnCondition {
        /** Copies the name, so that nobody changes it later. */
        public Comparison {
            column = List.copyOf(column);
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.comparison(this);
        }
    }

    /** The column equals one of the constants. */
    record Membership(List<String> column, List<SqlConstant> constants) implements ColumnCondition {
        /** Copies the collections, so that nobody changes them later. */
        public Membership {
            column = List.copyOf(column);
            constants = List.copyOf(constants);
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.membership(this);
        }
    }

    /** The column holds a value, or it holds none. */
    record Presence(List<String> column, boolean present) implements ColumnCondition {
        /** Copies the name, so that nobody changes it later. */
        public Presence {
            column = List.copyOf(column);
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.presence(this);
        }
    }

    /** The column's text begins like this. */
    record Prefix(List<String> column, String prefix) implements ColumnCondition {
        /** Copies the name, so that nobody changes it later. */
        public Prefix {
            column = List.copyOf(column);
        }

        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.prefix(this);
        }
    }

    /** The ways to compare. */
    enum Operator {
        /** The same. */
        EQUAL,
        /** Another, and not NULL. */
        NOT_EQUAL,
        /** Smaller. */
        LESS,
        /** Smaller or the same. */
        LESS_OR_EQUAL,
        /** Larger. */
        GREATER,
        /** Larger or the same. */
        GREATER_OR_EQUAL;

        /** Returns what is true where this is false. */
        Operator opposite() {
            return switch (this) {
                case EQUAL -> NOT_EQUAL;
                case NOT_EQUAL -> EQUAL;
                case LESS -> GREATER_OR_EQUAL;
                case LESS_OR_EQUAL -> GREATER;
                case GREATER -> LESS_OR_EQUAL;
                case GREATER_OR_EQUAL -> LESS;
            };
        }

        /** Returns what means the same with both sides exchanged. */
        Operator mirrored() {
            return switch (this) {
                case EQUAL, NOT_EQUAL -> this;
                case LESS -> GREATER;
                case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
                case GREATER -> LESS;
                case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
            };
        }
    }
}
