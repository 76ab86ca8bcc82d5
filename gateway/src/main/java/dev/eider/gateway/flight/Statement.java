package dev.eider.gateway.flight;

import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.QueryRun;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/** Something that answers with rows: a query, or an update, whose one row says how many it changed. Immutable. */
sealed interface Statement permits QueryStatement, UpdateStatement {

    /** Returns the schema of its rows. */
    Schema schema(Cancellation cancellation);

    /** Returns text that {@link Statements#ofTicket} turns into this statement again. */
    String ticket();

    /** Returns whether it is sure to be little work; runs nothing. */
    boolean isSmall(Cancellation cancellation);

    /** Starts it; the caller closes the run. */
    QueryRun run(BufferAllocator allocator, Cancellation cancellation);
}
