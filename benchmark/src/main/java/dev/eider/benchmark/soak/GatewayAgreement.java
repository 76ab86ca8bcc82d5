package dev.eider.benchmark.soak;

import java.util.List;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.memory.BufferAllocator;

/** Whether every gateway shows the same rows as Iceberg's own reader has found. */
final class GatewayAgreement {
    private final List<GatewaySlot> slots;
    private final BufferAllocator allocator;

    GatewayAgreement(List<GatewaySlot> slots, BufferAllocator allocator) {
        this.slots = slots;
        this.allocator = allocator;
    }

    /** Asks all gateways for all tables; a disagreement is printed. */
    boolean isReached(List<String> tables, Verdict verdict) {
        boolean agreed = true;
        for (GatewaySlot slot : slots) {
            long rows = 0;
            long sum = 0;
            try (GatewayLine line = new GatewayLine(slot, allocator)) {
                for (String table : tables) {
                    long[] found = count(line, table);
                    rows += found[0];
                    sum += found[1];
                }
            }
            System.out.println("gateway " + slot.name() + " shows " + rows + " rows, sum of ids " + sum);
            if (rows != verdict.rows() || sum != verdict.sum()) {
                System.out.println("FAULT gateway " + slot.name() + " and Iceberg's reader do not agree");
                agreed = false;
            }
        }
        return agreed;
    }

    private static long[] count(GatewayLine line, String table) {
        try {
            return new GatewayRows(line)
                    .numbers("SELECT count(*), CAST(sum(id) AS BIGINT) FROM " + table)
                    .get(0);
        } catch (FlightRuntimeException e) {
            if (GatewayLine.code(e).filter("TABLE_NOT_FOUND"::equals).isPresent()) {
                return new long[] {0, 0};
            }
            throw e;
        }
    }
}
