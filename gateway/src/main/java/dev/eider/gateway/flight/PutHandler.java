package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.write.AppendReceipt;
import dev.eider.warehouse.write.AppendRequest;
import dev.eider.warehouse.write.BrokenStreamException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends the rows that clients upload, and acknowledges every commit with a receipt. Thread-safe. */
final class PutHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PutHandler.class);

    private final Warehouse warehouse;
    private final BufferAllocator allocator;
    private final AtomicLong count = new AtomicLong();

    PutHandler(Warehouse warehouse, BufferAllocator allocator) {
        this.warehouse = warehouse;
        this.allocator = allocator;
    }

    /** Appends the whole upload; when this returns or throws, no thread waits for the client any more. */
    void append(Caller caller, AppendRequest request, Upload upload, StreamListener<PutResult> results) {
        LOG.debug("Append begins, table={} caller={}", request.table(), caller.name());
        String name = "put-" + count.incrementAndGet();
        try (BufferAllocator ours = allocator.newChildAllocator(name, 0, Long.MAX_VALUE);
                FlightStreamReader rows = upload.rows(ours)) {
            warehouse.appender().append(request, rows, receipt -> send(receipt, ours, results), upload::abandon);
        } catch (BrokenStreamException broken) {
            throw broken.getCause() instanceof RuntimeException reason ? reason : broken;
        } catch (IOException unexpected) {
            throw new EiderException(ErrorCode.INTERNAL, "The upload could not be closed", unexpected);
        }
    }

    private static void send(AppendReceipt receipt, BufferAllocator allocator, StreamListener<PutResult> results) {
        byte[] json = WireJson.bytes(WireJson.receipt(receipt));
        try (PutResult result = PutResult.metadata(Buffers.copyOf(json, allocator))) {
            results.onNext(result);
        } catch (RuntimeException gone) {
            // The rows are in: a client that has left must not turn its committed append into a failed one.
            LOG.debug("Nobody took the receipt, table={}", receipt.table(), gone);
        }
    }
}
