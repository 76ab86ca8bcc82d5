package dev.eider.gateway.flight;

import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.BoundQuery;
import dev.eider.warehouse.read.QueryRun;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;

/** A query over pinned snapshots. Immutable. */
record QueryStatement(Warehouse warehouse, BoundQuery query) implements Statement {
    @Override
    public Schema schema(Cancellation cancellation) {
        return warehouse.schema(query, cancellation);
    }

    @Override
    public String ticket() {
        return warehouse.ticket(query);
    }

    @Override
    public boolean isSmall(Cancellation cancellation) {
        return warehouse.isSmall(query, cancellation);
    }

    @Override
    public QueryRun run(BufferAllocator allocator, Cancellation cancellation) {
        return warehouse.run(query, allocator, cancellation);
    }
}
