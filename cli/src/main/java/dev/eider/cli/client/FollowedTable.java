package dev.eider.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Follows one table over as many connections as it takes: every row once, in the order of the commits.
 *
 * <p>Rows are held back until the gateway says that they are complete, so that a lost connection repeats none; of a
 * commit that is larger than {@link #MOST_HELD}, they are handed out at once. One thread runs it, any thread stops it.
 */
public final class FollowedTable {
    static final long MOST_HELD = 64 << 20;

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Function<OptionalLong, ResultStream> open;
    private final Function<FlightRuntimeException, GatewayException> translate;
    private final BufferAllocator allocator;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable FlightStream current;
    private OptionalLong from;
    private @Nullable Schema columns;
    private boolean connected;
    private Duration pause = FIRST_PAUSE;

    FollowedTable(
            Function<OptionalLong, ResultStream> open,
            Function<FlightRuntimeException, GatewayException> translate,
            BufferAllocator allocator,
            OptionalLong from) {
        this.open = open;
        this.translate = translate;
        this.allocator = allocator;
        this.from = from;
    }

    /** Hands out rows until it is stopped, or fails for a reason that does not pass. */
    public void run(FollowReceiver receiver) throws InterruptedException {
        while (stopped.getCount() > 0) {
            try (HeldBatches held = new HeldBatches(allocator, MOST_HELD)) {
                GatewayException failure = attempt(receiver, held);
                if (stopped.getCount() == 0) {
                    return;
                }
                if (failure.columnsChanged()) {
                    continue;
                }
                if (!connected || !failure.mayPass()) {
                    throw failure;
                }
                if (held.isOverflowing()) {
                    throw new GatewayException(
                            failure.code(),
                            false,
                            "the connection was lost in the midst of a commit of which rows were shown already: "
                                    + failure.getMessage(),
                            failure);
                }
                receiver.reconnecting(String.valueOf(failure.getMessage()));
            }
            boolean over = stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            if (!over) {
                pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    /** Ends {@link #run}, be it waiting for rows or for a gateway. */
    public void stop() {
        stopped.countDown();
        FlightStream open = current;
        if (open != null) {
            open.cancel("stopped", null);
        }
    }

    private GatewayException attempt(FollowReceiver receiver, HeldBatches held) {
        try (ResultStream stream = open.apply(from)) {
            current = stream.rows();
            if (stopped.getCount() == 0) {
                stop();
            }
            connected = true;
            receive(stream.rows(), receiver, held);
            return new GatewayException(
                    FlightStatusCode.UNAVAILABLE, false, "the gateway ended the stream", new IOException("end"));
        } catch (FlightRuntimeException e) {
            return translate.apply(e);
        } catch (GatewayException e) {
            return e;
        } finally {
            current = null;
        }
    }

    private void receive(FlightStream stream, FollowReceiver receiver, HeldBatches held) {
        if (!stream.getSchema().equals(columns)) {
            columns = stream.getSchema();
            receiver.start(stream.getSchema());
        }
        while (stream.next()) {
            ArrowBuf metadata = stream.getLatestMetadata();
            if (stream.getRoot().getRowCount() > 0) {
                held.add(stream.getRoot(), receiver);
            } else if (metadata != null) {
                pause = FIRST_PAUSE;
                mark(metadata, receiver, held);
            }
        }
    }

    private void mark(ArrowBuf metadata, FollowReceiver receiver, HeldBatches held) {
        byte[] bytes = new byte[(int) metadata.readableBytes()];
        metadata.getBytes(metadata.readerIndex(), bytes);
        try {
            JsonNode mark = JSON.readTree(bytes);
            if (mark.path("type").asText().equals("commit")) {
                long snapshot = mark.required("snapshot_id").longValue();
                held.handOut(receiver);
                from = OptionalLong.of(snapshot);
                receiver.committed(snapshot);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new GatewayException(
                    FlightStatusCode.INTERNAL, false, "the gateway sent a mark that cannot be read", e);
        }
    }
}
