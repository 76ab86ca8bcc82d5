package dev.eider.warehouse.read;

import dev.eider.warehouse.engine.ColumnCondition;
import dev.eider.warehouse.engine.ColumnCondition.Operator;
import dev.eider.warehouse.engine.Selection;
import dev.eider.warehouse.engine.SqlConstant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;

/**
 * Turns a condition into a filter of one table: true wherever the condition is true, and perhaps elsewhere.
 *
 * <p>Gives nothing where the condition says nothing about the table. Immutable.
 */
final class ConditionFilter implements ColumnCondition.Visitor<Optional<ConditionFilter.Filter>> {
    private final ColumnNames names;
    private final Selection.Source source;

    ConditionFilter(ColumnNames names, Selection.Source source) {
        this.names = names;
        this.source = source;
    }

    /**
     * A filter of the table.
     *
     * @param rejectsNulls whether the condition is never true when all of the table's columns are NULL
     */
    record Filter(Expression expression, boolean rejectsNulls) {}

    @Override
    public Optional<Filter> all(ColumnCondition.All condition) {
        Expression expression = Expressions.alwaysTrue();
        boolean rejectsNulls = false;
        boolean any = false;
        for (ColumnCondition part : condition.parts()) {
            Optional<Filter> filter = part.accept(this);
            if (filter.isPresent()) {
                any = true;
                expression = Expressions.and(expression, filter.get().expression());
                rejectsNulls |= filter.get().rejectsNulls();
            }
        }
        return any ? Optional.of(new Filter(expression, rejectsNulls)) : Optional.empty();
    }

    @Override
    public Optional<Filter> any(ColumnCondition.Any condition) {
        Expression expression = Expressions.alwaysFalse();
        boolean rejectsNulls = true;
        for (ColumnCondition part : condition.parts()) {
            Optional<Filter> filter = part.accept(this);
            if (filter.isEmpty()) {
                return Optional.empty();
            }
            expression = Expressions.or(expression, filter.get().expression());
            rejectsNulls &= filter.get().rejectsNulls();
        }
        return Optional.of(new Filter(expression, rejectsNulls));
    }

    @Override
    public Optional<Filter> comparison(ColumnCondition.Comparison condition) {
        return column(condition.column())
                .flatMap(column -> ColumnFilter.compare(column, condition.operator(), condition.constant()))
                .map(expression -> new Filter(expression, true));
    }

    @Override
    public Optional<Filter> membership(ColumnCondition.Membership condition) {
        Optional<ColumnNames.Column> column = column(condition.column());
        if (column.isEmpty()) {
            return Optional.empty();
        }
        List<Object> values = new ArrayList<>();
        for (SqlConstant constant : condition.constants()) {
            Optional<Object> value = ColumnFilter.exact(column.get().type(), constant);
            if (value.isEmpty()) {
                return oneOf(column.get(), condition.constants());
            }
            values.add(value.get());
        }
        return Optional.of(new Filter(Expressions.in(column.get().name(), values.toArray()), true));
    }

    /** For values that the column cannot hold exactly, such as floating-point ones. */
    private static Optional<Filter> oneOf(ColumnNames.Column column, List<SqlConstant> constants) {
        Expression expression = Expressions.alwaysFalse();
        for (SqlConstant constant : constants) {
            Optional<Expression> equal = ColumnFilter.compare(column, Operator.EQUAL, constant);
            if (equal.isEmpty() || constants.size() > 64) {
                return Optional.empty();
            }
            expression = Expressions.or(expression, equal.get());
        }
        return Optional.of(new Filter(expression, true));
    }

    /** How NULLs inside of structs are counted differs between writers: only columns of the table are asked. */
    @Override
    public Optional<Filter> presence(ColumnCondition.Presence condition) {
        return column(condition.column())
                .filter(column -> !column.nested())
                .map(column -> new Filter(
                        condition.present() ? Expressions.notNull(column.name()) : Expressions.isNull(column.name()),
                        condition.present()));
    }

    @Override
    public Optional<Filter> prefix(ColumnCondition.Prefix condition) {
        String prefix = basicPlane(condition.prefix());
        return column(condition.column())
                .filter(column -> column.type().typeId() == Type.TypeID.STRING && !prefix.isEmpty())
                .map(column -> new Filter(Expressions.startsWith(column.name(), prefix), true));
    }

    /**
     * Returns what stands before the first character beyond the basic plane: Iceberg's transform truncates by characters,
     * its projection of a prefix counts UTF-16 units, and would set the partitions of matching rows aside.
     */
    private static String basicPlane(String prefix) {
        int end = 0;
        while (end < prefix.length() && !Character.isSurrogate(prefix.charAt(end))) {
            end++;
        }
        return prefix.substring(0, end);
    }

    private Optional<ColumnNames.Column> column(List<String> name) {
        return names.find(name).filter(column -> column.source().equals(source));
    }
}
