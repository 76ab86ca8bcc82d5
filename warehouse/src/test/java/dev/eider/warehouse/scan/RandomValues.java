package dev.eider.warehouse.scan;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;

/** Random types and values, from domains so small that rows meet again. */
final class RandomValues {
    private static final int DOMAIN = 6;

    private final Random random;
    private final int formatVersion;
    private int names;

    RandomValues(Random random, int formatVersion) {
        this.random = random;
        this.formatVersion = formatVersion;
    }

    String name() {
        // Old names come back: a field is not what it is called.
        return (random.nextInt(5) == 0 ? "file_index" : "c")
                + (random.nextInt(4) == 0 ? random.nextInt(8) : 10 + names++);
    }

    Type.PrimitiveType primitive() {
        return switch (random.nextInt(formatVersion >= 3 ? 15 : 14)) {
            case 0 -> Types.BooleanType.get();
            case 1 -> Types.IntegerType.get();
            case 2 -> Types.LongType.get();
            case 3 -> Types.FloatType.get();
            case 4 -> Types.DoubleType.get();
            case 5 -> Types.DecimalType.of(new int[] {5, 12, 20}[random.nextInt(3)], 2);
            case 6 -> Types.BinaryType.get();
            case 7 -> Types.FixedType.ofLength(3);
            case 8 -> Types.UUIDType.get();
            case 9 -> Types.DateType.get();
            case 10 -> Types.TimeType.get();
            case 11 -> Types.TimestampType.withoutZone();
            case 12 -> Types.TimestampType.withZone();
            case 13 -> Types.StringType.get();
            default -> Types.TimestampNanoType.withoutZone();
        };
    }

    /** Ids do not matter: whoever adds the type to a table numbers it anew. */
    Type type(int depth, int[] nextId) {
        int kind = depth == 0 ? 0 : random.nextInt(8);
        return switch (kind) {
            case 5 -> {
                List<NestedField> fields = new ArrayList<>();
                int count = 1 + random.nextInt(3);
                for (int i = 0; i < count; i++) {
                    fields.add(field(nextId, "f" + i + name(), type(depth - 1, nextId)));
                }
                yield StructType.of(fields);
            }
            case 6 -> {
                int id = nextId[0]++;
                yield Types.ListType.ofOptional(id, type(depth - 1, nextId));
            }
            case 7 -> {
                int key = nextId[0]++;
                int value = nextId[0]++;
                Type keyType = random.nextBoolean() ? Types.StringType.get() : Types.IntegerType.get();
                yield Types.MapType.ofOptional(key, value, keyType, type(depth - 1, nextId));
            }
            default -> primitive();
        };
    }

    private NestedField field(int[] nextId, String name, Type type) {
        int id = nextId[0]++;
        return random.nextInt(6) == 0 ? NestedField.required(id, name, type) : NestedField.optional(id, name, type);
    }

    Record record(StructType struct) {
        Record result = GenericRecord.create(struct);
        for (NestedField field : struct.fields()) {
            result.setField(field.name(), value(field));
        }
        return result;
    }

    private Object value(NestedField field) {
        return field.isOptional() && random.nextInt(5) == 0 ? null : value(field.type());
    }

    Object value(Type type) {
        int n = random.nextInt(DOMAIN);
        return switch (type.typeId()) {
            case STRUCT -> record(type.asStructType());
            case LIST -> {
                List<Object> list = new ArrayList<>();
                for (int i = 0; i < random.nextInt(4); i++) {
                    list.add(value(type.asListType().fields().get(0)));
                }
                yield list;
            }
            case MAP -> {
                Map<Object, Object> map = new HashMap<>();
                for (int i = 0; i < random.nextInt(4); i++) {
                    map.put(
                            value(type.asMapType().keyType()),
                            value(type.asMapType().fields().get(1)));
                }
                yield map;
            }
            default -> scalar(type, n);
        };
    }

    private static Object scalar(Type type, int n) {
        return switch (type.typeId()) {
            case BOOLEAN -> n % 2 == 0;
            case INTEGER -> n == 0 ? Integer.MIN_VALUE : n - 2;
            case LONG -> n == 0 ? Long.MAX_VALUE : (long) n - 2;
            case FLOAT -> n == 0 ? Float.NaN : n * 1.25f;
            case DOUBLE -> n == 0 ? Double.NEGATIVE_INFINITY : n == 1 ? Double.NaN : n * 0.1;
            case DECIMAL -> {
                int precision = ((Types.DecimalType) type).precision();
                BigInteger unscaled =
                        n == 0 ? BigInteger.TEN.pow(precision).subtract(BigInteger.ONE) : BigInteger.valueOf(n - 3);
                yield new BigDecimal(unscaled, ((Types.DecimalType) type).scale());
            }
            case STRING -> new String[] {"", "a", "b'", "ü \uD83E\uDD86", "ab", "zz"}[n];
            case BINARY -> ByteBuffer.wrap(("\0" + n).getBytes(StandardCharsets.UTF_8));
            case FIXED -> new byte[] {(byte) n, -1, (byte) (n * 50)};
            case UUID -> new UUID(n % 2 == 0 ? -n : n, n);
            case DATE -> LocalDate.ofEpochDay(n == 0 ? -700_000 : n * 400);
            case TIME -> LocalTime.ofNanoOfDay(n * 3_600_123_456_000L);
            case TIMESTAMP -> {
                LocalDateTime at = LocalDateTime.ofEpochSecond((n - 2) * 40_000_000L, n * 123_456_000, ZoneOffset.UTC);
                yield ((Types.TimestampType) type).shouldAdjustToUTC() ? at.atOffset(ZoneOffset.UTC) : at;
            }
            case TIMESTAMP_NANO -> LocalDateTime.ofEpochSecond((n - 2) * 40_000_000L, n * 123_456_789, ZoneOffset.UTC);
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    /** Returns a value of a type as Iceberg's defaults and filters take it. */
    Literal<?> literal(Type.PrimitiveType type) {
        return literal(type, value(type));
    }

    static Literal<?> literal(Type.PrimitiveType type, Object value) {
        return switch (type.typeId()) {
            case DATE -> Literal.of((int) ((LocalDate) value).toEpochDay()).to(type);
            case TIME -> Literal.of(((LocalTime) value).toNanoOfDay() / 1_000).to(type);
            case TIMESTAMP ->
                Literal.of(value.toString().replaceFirst("Z$", "+00:00")).to(type);
            case TIMESTAMP_NANO -> Literal.of(value.toString()).to(type);
            case BOOLEAN -> Literal.of((Boolean) value);
            case INTEGER -> Literal.of((Integer) value);
            case LONG -> Literal.of((Long) value);
            case FLOAT -> Literal.of((Float) value);
            case DOUBLE -> Literal.of((Double) value);
            case DECIMAL -> Literal.of((BigDecimal) value);
            case STRING -> Literal.of((CharSequence) value);
            case UUID -> Literal.of((UUID) value);
            case FIXED -> Literal.of((byte[]) value);
            default -> Literal.of((ByteBuffer) value);
        };
    }
}
