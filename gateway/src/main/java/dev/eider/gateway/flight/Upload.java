package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.BufferAllocator;

/**
 * What a client uploads in one {@code DoPut}, and the one way to stop waiting for it.
 *
 * <p>Waiting ends when the client leaves, when the server stops, and when the client sends nothing for too long before its
 * schema (after that, whoever reads the rows watches the time). Used by the thread of the call; the rows may be read
 * by another.
 */
final class Upload implements AutoCloseable {
    private final FlightStream stream;
    private final Interruptible waiting = new Interruptible();
    private final LoadCheck loads;
    private final ClientFlow.Step step;
    private final Future<?> idle;

    Upload(
            FlightStream stream,
            ClientFlow flow,
            LoadCheck loads,
            ScheduledExecutorService timer,
            Duration idleTimeout) {
        this.stream = stream;
        this.loads = loads;
        this.step = flow.onEnd(waiting::breakOff);
        this.idle = timer.schedule(
                () -> waiting.breakOff(new EiderException(
                        ErrorCode.TIMED_OUT, "The client sent nothing for " + idleTimeout.toSeconds() + " s")),
                idleTimeout.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Waits until the client has said what the upload is for. */
    FlightDescriptor descriptor() {
        return waiting.call(stream::getDescriptor);
    }

    /** Waits for the schema of the rows; the caller closes the reader. */
    FlightStreamReader rows(BufferAllocator allocator) {
        FlightStreamReader reader = new FlightStreamReader(stream, waiting, loads, allocator);
        reader.awaitSchema();
        idle.cancel(false);
        return reader;
    }

    /** Waits for the first message after the descriptor, and returns whether it holds values. */
    boolean hasValues() {
        boolean more = waiting.call(stream::next);
        idle.cancel(false);
        return more
                && stream.hasRoot()
                && stream.getRoot().getRowCount() > 0
                && !stream.getSchema().getFields().isEmpty();
    }

    /** Says that nothing more is expected from the client. */
    void expectNothing() {
        idle.cancel(false);
    }

    /**
     * Stops every wait for the client, on any thread. When this returns, none is going on, and Flight may free the
     * stream.
     */
    void abandon() {
        waiting.breakOff(new EiderException(ErrorCode.CANCELLED, "The upload has ended"));
        waiting.awaitIdle();
    }

    @Override
    public void close() {
        idle.cancel(false);
        step.close();
        abandon();
    }
}
