package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.TableReference;
import java.time.Instant;
import java.util.List;

/** Has the engine evaluate the version in AT (…), which may be any expression over constants. Stateless. */
final class VersionValue {
    private VersionValue() {}

    static TableVersion of(EngineConnection connection, TableReference.At at) {
        return switch (at.unit()) {
            case VERSION -> numbered(connection, at.expression());
            case TIMESTAMP -> new TableVersion.AsOf(instant(connection, at.expression()));
        };
    }

    private static TableVersion numbered(EngineConnection connection, String expression) {
        Object value = single(connection, "SELECT (%s\n)".formatted(expression), expression);
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

    private static Instant instant(EngineConnection connection, String expression) {
        String sql = "SELECT epoch_ms(CAST((%s\n) AS TIMESTAMP WITH TIME ZONE))".formatted(expression);
        return Instant.ofEpochMilli(((Number) single(connection, sql, expression)).longValue());
    }

    private static Object single(EngineConnection connection, String sql, String expression) {
        List<Object> values = connection.query(sql, row -> {
            Object value = row.getObject(1);
            return value == null ? "" : value;
        });
        if (values.get(0).equals("")) {
            throw new EiderException(ErrorCode.INVALID_SQL, "AT (… => %s) is NULL".formatted(expression));
        }
        return values.get(0);
    }
}
