package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.QueryRun;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Runs a statement and streams its rows no faster than the client takes them.
 *
 * <p>Thread-safe. When {@link #send} returns or throws, the statement has ended and every buffer is freed: only then may
 * the call be completed. A client that leaves, or takes nothing for too long, ends the statement.
 */
final class ArrowStreamSender {
    private final BufferAllocator results;
    private final long maxBytes;
    private final ReadLimits limits;
    private final AtomicLong count = new AtomicLong();

    /**
     * Creates a sender.
     *
     * @param results counts what the engine has made, without a limit: refusing a batch that is there would lose it
     * @param maxBytes Arrow bytes that all results may hold
     */
    ArrowStreamSender(BufferAllocator results, long maxBytes, ReadLimits limits) {
        this.results = results;
        this.maxBytes = maxBytes;
        this.limits = limits;
    }

    /** Sends all rows of a statement. Must not run on the thread that gRPC lends to the call. */
    void send(Statement statement, ClientFlow flow, BatchSink sink, Cancellation cancellation) throws IOException {
        String name = "read-" + count.incrementAndGet();
        try (BufferAllocator ours = results.newChildAllocator(name, 0, Long.MAX_VALUE);
                QueryRun run = statement.run(ours, cancellation)) {
            pump(run, flow, sink, ours);
        }
    }

    private void pump(QueryRun run, ClientFlow flow, BatchSink sink, BufferAllocator ours) throws IOException {
        ArrowReader reader = start(run);
        sink.start(reader.getVectorSchemaRoot(), reader);
        long rows = 0;
        long bytes = 0;
        while (next(run, reader)) {
            requireRoom(ours.getAllocatedMemory());
            rows += reader.getVectorSchemaRoot().getRowCount();
            bytes += BatchPieces.bytesOf(reader.getVectorSchemaRoot());
            requireWithin(limits.maxResultRows(), rows, "rows", "read.max-result-rows");
            requireWithin(limits.maxResultBytes(), bytes, "bytes", "read.max-result-size");
            send(reader.getVectorSchemaRoot(), flow, sink);
        }
        flow.check();
        sink.end();
    }

    private void send(VectorSchemaRoot root, ClientFlow flow, BatchSink sink) throws IOException {
        try (BatchPieces pieces = new BatchPieces(root)) {
            for (int piece = 0; piece < pieces.count(); piece++) {
                pieces.load(piece);
                flow.awaitReady(limits.clientTimeout());
                sink.batch();
            }
        }
    }

    private void requireRoom(long batchBytes) {
        if (batchBytes > maxBytes) {
            throw new EiderException(
                    ErrorCode.TOO_LARGE,
                    "A batch of the result takes %d bytes, the limit of limits.arrow-memory is %d"
                            .formatted(batchBytes, maxBytes));
        }
        if (results.getAllocatedMemory() > maxBytes) {
            throw new EiderException(
                    ErrorCode.OVERLOADED, "The server's memory for results is used up, try again later");
        }
    }

    private static void requireWithin(long limit, long reached, String what, String setting) {
        if (limit > 0 && reached > limit) {
            throw new EiderException(
                    ErrorCode.TOO_LARGE,
                    "The result has more than %d %s, the limit of %s: select less, or add a LIMIT"
                            .formatted(limit, what, setting));
        }
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
        flow.awaitReady(limits.clientTimeout());
    }
}
