package dev.eider.benchmark.soak;

import java.util.List;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.memory.BufferAllocator;

/** Whether every gateway shows the same rows as Iceberg's own reader has found. */
final class GatewayAgreement {
    private static final int ATTEMPTS = 5;

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
            long[] found;
            try {
                found = total(slot, tables);
            } catch (FlightRuntimeException e) {
                System.out.println("FAULT gateway " + slot.name() + " cannot read the tables: " + e.getMessage());
                agreed = false;
                continue;
            }
            System.out.println("gateway " + slot.name() + " shows " + found[0] + " rows, sum of ids " + found[1]);
            if (found[0] != verdict.rows() || found[1] != verdict.sum()) {
                System.out.println("FAULT gateway " + slot.name() + " and Iceberg's reader do not agree");
                agreed = false;
            }
        }
        return agreed;
    }

    /** A fault of the database may end a gateway at any time, also while it is asked. */
    private long[] total(GatewaySlot slot, List<String> tables) {
        for (int attempt = 1; ; attempt++) {
            slot.revive();
            try (GatewayLine line = new GatewayLine(slot, allocator)) {
                long[] total = new long[2];
                for (String table : tables) {
                    for (String branch : List.of(Intent.MAIN, Intent.SIDE)) {
                        long[] found = count(line, GatewayRows.relation(table, branch));
                        total[0] += found[0];
                        total[1] += found[1];
                    }
                }
                return total;
            } catch (FlightRuntimeException e) {
                if (attempt == ATTEMPTS || e.status().code() != FlightStatusCode.UNAVAILABLE) {
                    throw e;
                }
            }
        }
    }

    private static long[] count(GatewayLine line, String relation) {
        try {
            return new GatewayRows(line)
                    .numbers("SELECT count(*), CAST(sum(id) AS BIGINT) FROM " + relation)
                    .get(0);
        } catch (FlightRuntimeException e) {
            if (GatewayRows.isMissing(e)) {
                return new long[] {0, 0};
            }
            throw e;
        }
    }
}
