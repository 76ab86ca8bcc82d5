package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.GatedExpression;
import dev.eider.warehouse.engine.TableReference;
import dev.eider.warehouse.engine.Wrapping;
import java.time.Instant;

/** Has the engine evaluate the version in AT (…), which may be any expression over constants. Stateless. */
final class VersionValue {
    private static final Wrapping VALUE = new Wrapping("SELECT (%s)");
    private static final Wrapping MILLIS = new Wrapping("SELECT epoch_ms(CAST((%s) AS TIMESTAMP WITH TIME ZONE))");

    private VersionValue() {}

    static TableVersion of(EngineConnection connection, TableReference.At at) {
        return switch (at.unit()) {
            case VERSION -> numbered(connection, at.expression());
            case TIMESTAMP -> new TableVersion.AsOf(instant(connection, at.expression()));
        };
    }

    private static TableVersion numbered(EngineConnection connection, GatedExpression expression) {
        Object value = single(connection, VALUE, expression);
        if (value instanceof Integer || value instanceof Long) {
            return new TableVersion.AtSnapshot(((Number) value).longValue());
        }
        if (value instanceof String name) {
            return new TableVersion.AtRef(name);
        }
        throw new EiderException(
                ErrorCode.INVALID_SQL,
                "AT (VERSION => %s) is neither a snapshot id nor the name of a branch or tag".formatted(expression));
    }

    private static Instant instant(EngineConnection connection, GatedExpression expression) {
        return Instant.ofEpochMilli(((Number) single(connection, MILLIS, expression)).longValue());
    }

    private static Object single(EngineConnection connection, Wrapping query, GatedExpression expression) {
        Object value = connection.evaluate(query, expression, row -> {
            Object found = row.getObject(1);
            return found == null ? "" : found;
        });
        if (value.equals("")) {
            throw new EiderException(ErrorCode.INVALID_SQL, "AT (… => %s) is NULL".formatted(expression));
        }
        return value;
    }
}
