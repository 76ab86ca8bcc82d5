package dev.eider.gateway.flight;

import dev.eider.warehouse.read.QueryRun;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Runs a statement and streams its rows no faster than the client takes them.
 *
 * <p>Thread-safe. When {@link #send} returns or throws, the statement has ended and every buffer is freed: only then may
 * the call be completed. A client that leaves, or takes nothing for too long, ends the statement.
 */
final class ArrowStreamSender {
    private final BufferAllocator allocator;
    private final Duration clientTimeout;
    private final AtomicLong count = new AtomicLong();

    ArrowStreamSender(BufferAllocator allocator, Duration clientTimeout) {
        this.allocator = allocator;
        this.clientTimeout = clientTimeout;
    }

    /** Sends all rows of a statement. Must not run on the thread that gRPC lends to the call. */
    void send(Statement statement, ClientFlow flow, BatchSink sink) throws IOException {
        String name = "read-" + count.incrementAndGet();
        try (BufferAllocator ours = allocator.newChildAllocator(name, 0, Long.MAX_VALUE);
                QueryRun run = statement.run(ours);
                ClientFlow.Step step = flow.onEnd(reason -> run.cancel())) {
            pump(run, flow, sink);
        }
    }

    private void pump(QueryRun run, ClientFlow flow, BatchSink sink) throws IOException {
        ArrowReader reader = start(run);
        sink.start(reader.getVectorSchemaRoot(), reader);
        while (next(run, reader)) {
            flow.awaitReady(clientTimeout);
            sink.batch();
        }
        flow.check();
        sink.end();
    }

    private static ArrowReader start(QueryRun run) {
        try {
            ArrowReader reader = run.reader();
            reader.getVectorSchemaRoot();
            return reader;
        } catch (IOException | RuntimeException e) {
            throw run.failure(e);
        }
    }

    private static boolean next(QueryRun run, ArrowReader reader) {
        try {
            return reader.loadNextBatch();
        } catch (IOException | RuntimeException e) {
            throw run.failure(e);
        }
    }

    /** Waits until the client has room, as long as it may stay away. */
    void awaitClient(ClientFlow flow) {
        flow.awaitReady(clientTimeout);
    }
}
