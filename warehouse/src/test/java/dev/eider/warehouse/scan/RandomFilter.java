package dev.eider.warehouse.scan;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/** Filters over the columns of a schema, nested ones included. */
final class RandomFilter {
    private final Schema schema;
    private final Random random;

    RandomFilter(Schema schema, Random random) {
        this.schema = schema;
        this.random = random;
    }

    Expression next(int depth) {
        if (depth > 0) {
            return switch (random.nextInt(4)) {
                case 0 -> Expressions.and(next(depth - 1), next(depth - 1));
                case 1 -> Expressions.or(next(depth - 1), next(depth - 1));
                case 2 -> Expressions.not(next(depth - 1));
                default -> next(0);
            };
        }
        List<NestedField> fields = MadeFile.primitives(schema.asStruct());
        NestedField field = fields.get(random.nextInt(fields.size()));
        String name = schema.findColumnName(field.fieldId());
        boolean floating =
                field.type().typeId() == Type.TypeID.FLOAT || field.type().typeId() == Type.TypeID.DOUBLE;
        return switch (random.nextInt(12)) {
            case 0 -> Expressions.isNull(name);
            case 1 -> Expressions.notNull(name);
            case 2 -> floating ? Expressions.isNaN(name) : Expressions.equal(name, literal(field));
            case 3 -> floating ? Expressions.notNaN(name) : Expressions.notEqual(name, literal(field));
            case 4 -> Expressions.lessThan(name, literal(field));
            case 5 -> Expressions.lessThanOrEqual(name, literal(field));
            case 6 -> Expressions.greaterThan(name, literal(field));
            case 7 -> Expressions.greaterThanOrEqual(name, literal(field));
            case 8 -> Expressions.in(name, literals(field));
            case 9 -> Expressions.notIn(name, literals(field));
            case 10 -> prefix(field, name);
            default -> Expressions.equal(name, literal(field));
        };
    }

    private Expression prefix(NestedField field, String name) {
        if (field.type().typeId() != Type.TypeID.STRING) {
            return Expressions.equal(name, literal(field));
        }
        String prefix = literal(field).toString().substring(0, 1 + random.nextInt(2));
        return random.nextBoolean() ? Expressions.startsWith(name, prefix) : Expressions.notStartsWith(name, prefix);
    }

    private List<Object> literals(NestedField field) {
        return IntStream.range(0, 1 + random.nextInt(4))
                .mapToObj(i -> literal(field))
                .toList();
    }

    private Object literal(NestedField field) {
        Object value = Objects.requireNonNull(MadeFile.random(field.type(), random));
        return MadeFile.isNan(value) ? literal(field) : value;
    }
}
