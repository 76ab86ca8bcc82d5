package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.ReadOptions;
import dev.eider.warehouse.read.Tickets;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.flight.FlightDescriptor;

/** Finds the statement that a descriptor or a ticket stands for. Thread-safe. */
final class Statements {
    private final Warehouse warehouse;

    Statements(Warehouse warehouse) {
        this.warehouse = warehouse;
    }

    /** Returns the statement of a descriptor: a path names a table, a command is SQL text. */
    Statement ofDescriptor(FlightDescriptor descriptor, ReadOptions options, Cancellation cancellation) {
        if (descriptor.isCommand()) {
            return ofSql(text(descriptor.getCommand(), "command"), options, cancellation);
        }
        return new QueryStatement(warehouse, warehouse.bindTable(TablePaths.table(descriptor.getPath()), options));
    }

    /**
     * Returns the statement of a ticket: what was signed pins a query to its snapshots, anything else is SQL text.
     *
     * @param options checked when a query is bound, so they do not matter to one that is pinned already
     */
    Statement ofTicket(byte[] ticket, ReadOptions options, Cancellation cancellation) {
        String text = text(ticket, "ticket");
        return Tickets.isTicket(text)
                ? new QueryStatement(warehouse, warehouse.redeem(text))
                : ofSql(text, options, cancellation);
    }

    /** Returns the statement of SQL text; a query is bound to the snapshots of this moment. */
    Statement ofSql(String sql, ReadOptions options, Cancellation cancellation) {
        SqlStatement statement = warehouse.prepare(sql, options, cancellation);
        if (statement instanceof SqlStatement.Query query) {
            return new QueryStatement(warehouse, query.query());
        }
        return new UpdateStatement(warehouse, (SqlStatement.Update) statement);
    }

    /** Returns bytes that a client sent as text, or says which part of the request is not text. */
    static String text(byte[] bytes, String part) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notText) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "The " + part + " is not UTF-8 text", notText);
        }
        if (text.isBlank()) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "The " + part + " is empty");
        }
        return text;
    }
}
