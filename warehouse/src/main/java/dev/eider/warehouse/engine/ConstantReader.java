package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.warehouse.engine.SqlConstant.Kind;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reads constants, and casts of constants, from DuckDB's syntax tree; nothing that it would have to compute. Stateless.
 */
final class ConstantReader {
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,18}(\\.\\d{1,18})?");

    /** The types to which a text can be cast without changing what it says. */
    private static final Map<String, Kind> TEXT_CASTS = Map.of(
            "VARCHAR", Kind.VARCHAR,
            "DATE", Kind.DATE,
            "TIME", Kind.TIME,
            "TIMESTAMP", Kind.TIMESTAMP,
            "TIMESTAMP WITH TIME ZONE", Kind.TIMESTAMP_WITH_TIME_ZONE,
            "UUID", Kind.UUID);

    private ConstantReader() {}

    /** Returns the constant, or nothing if the expression is anything else, or NULL. */
    static Optional<SqlConstant> read(JsonNode expression) {
        return switch (expression.path("class").asText()) {
            case "CONSTANT" -> value(expression.path("value"));
            case "CAST" ->
                expression.path("try_cast").asBoolean()
                        ? Optional.empty()
                        : read(expression.path("child")).flatMap(child -> cast(child, expression.path("cast_type")));
            default -> Optional.empty();
        };
    }

    /** Tells whether the expression is NULL without a type. */
    static boolean isNull(JsonNode expression) {
        return expression.path("class").asText().equals("CONSTANT")
                && expression.path("value").path("is_null").asBoolean();
    }

    private static Optional<SqlConstant> value(JsonNode value) {
        JsonNode content = value.path("value");
        if (value.path("is_null").asBoolean() || !content.isValueNode()) {
            return Optional.empty();
        }
        JsonNode type = value.path("type");
        return switch (type.path("id").asText()) {
            case "VARCHAR" -> Optional.of(new SqlConstant(Kind.LITERAL, content.asText()));
            case "BOOLEAN" -> Optional.of(new SqlConstant(Kind.BOOLEAN, content.asText()));
            case "TINYINT", "SMALLINT", "INTEGER", "BIGINT" ->
                content.canConvertToLong()
                        ? Optional.of(new SqlConstant(Kind.INTEGER, Long.toString(content.longValue())))
                        : Optional.empty();
            case "DECIMAL" -> {
                JsonNode scale = type.path("type_info").path("scale");
                yield content.isIntegralNumber() && scale.canConvertToInt()
                        ? Optional.of(decimal(new BigDecimal(content.bigIntegerValue(), scale.intValue())))
                        : Optional.empty();
            }
            case "DOUBLE" ->
                content.isNumber() && Double.isFinite(content.doubleValue())
                        ? Optional.of(new SqlConstant(Kind.DOUBLE, Double.toString(content.doubleValue())))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static SqlConstant decimal(BigDecimal value) {
        return new SqlConstant(Kind.DECIMAL, value.toPlainString());
    }

    private static Optional<SqlConstant> cast(SqlConstant constant, JsonNode type) {
        String name = type.path("id").asText();
        return switch (constant.kind()) {
            case LITERAL, VARCHAR -> castText(constant.text(), name, type);
            case INTEGER -> castInteger(constant, name, type);
            case DECIMAL -> castDecimal(new BigDecimal(constant.text()), name, type);
            default -> Optional.empty();
        };
    }

    private static Optional<SqlConstant> castText(String text, String name, JsonNode type) {
        Kind kind = TEXT_CASTS.get(name);
        if (kind != null) {
            // A type with more to it, such as a collation, compares in another way.
            boolean plain = type.path("type_info").isEmpty();
            return plain ? Optional.of(new SqlConstant(kind, text)) : Optional.empty();
        }
        if (name.equals("BOOLEAN")) {
            return switch (text) {
                case "t", "true" -> Optional.of(new SqlConstant(Kind.BOOLEAN, "true"));
                case "f", "false" -> Optional.of(new SqlConstant(Kind.BOOLEAN, "false"));
                default -> Optional.empty();
            };
        }
        if (isInteger(name) && INTEGER.matcher(text).matches()) {
            return Optional.of(new SqlConstant(Kind.INTEGER, Long.toString(Long.parseLong(text))));
        }
        return DECIMAL.matcher(text).matches() ? castDecimal(new BigDecimal(text), name, type) : Optional.empty();
    }

    /** A value that is out of the type's range makes the statement fail: whatever is read then, nothing is lost. */
    private static Optional<SqlConstant> castInteger(SqlConstant constant, String name, JsonNode type) {
        return isInteger(name) ? Optional.of(constant) : castDecimal(new BigDecimal(constant.text()), name, type);
    }

    private static Optional<SqlConstant> castDecimal(BigDecimal value, String name, JsonNode type) {
        if (name.equals("DOUBLE")) {
            return Optional.of(new SqlConstant(Kind.DOUBLE, Double.toString(value.doubleValue())));
        }
        int scale = type.path("type_info").path("scale").asInt(-1);
        boolean exact = name.equals("DECIMAL") && value.stripTrailingZeros().scale() <= scale;
        return exact ? Optional.of(decimal(value)) : Optional.empty();
    }

    private static boolean isInteger(String type) {
        return type.equals("TINYINT") || type.equals("SMALLINT") || type.equals("INTEGER") || type.equals("BIGINT");
    }
}
