package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableWatch;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.BoundQuery;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.iceberg.Snapshot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that is sent what is committed to a table, for as long as it likes.
 *
 * <p>Has a thread, a place among the reads and a statement only while there is something to send; in between it is a few
 * objects. Thread-safe: rounds, marks and the end exclude each other.
 */
final class Follower {
    private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
    private static final long RETRY_MILLIS = 100;

    private final Tools tools;
    private final FollowRequest request;
    private final ServerStreamListener listener;
    private final ClientFlow flow;
    private final FollowSink sink;
    private final Consumer<Follower> onEnd;

    private OptionalLong last;
    private long lastNumber;
    private boolean running;
    private boolean again;
    private boolean waiting;
    private boolean ended;
    private TableWatch.@Nullable Watch watch;
    private @Nullable Future<?> heartbeat;

    /** What all followers share. Immutable. */
    record Tools(Warehouse warehouse, ReadPool pool, ArrowStreamSender sender, ScheduledExecutorService timer) {}

    Follower(
            Tools tools,
            FollowRequest request,
            ServerStreamListener listener,
            ClientFlow flow,
            FollowSink sink,
            Consumer<Follower> onEnd) {
        this.tools = tools;
        this.request = request;
        this.listener = listener;
        this.flow = flow;
        this.sink = sink;
        this.onEnd = onEnd;
        this.last = request.from();
    }

    /** Begins with what there is already. */
    void start() {
        synchronized (this) {
            watch = tools.warehouse().watch(request.table(), this::news);
            long millis = request.heartbeat().toMillis();
            heartbeat = tools.timer().scheduleAtFixedRate(this::beat, millis, millis, TimeUnit.MILLISECONDS);
        }
        awaitEnd();
        advance();
    }

    /** Ends the stream: the server stops. */
    void stop(EiderException reason) {
        flow.end(reason);
    }

    private void awaitEnd() {
        var unused = flow.onEnd(this::left);
    }

    /** Commits wait for this: the work is for the timer. */
    private void news() {
        try {
            tools.timer().execute(this::advance);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("Dropped news for a follower, the server has stopped", stopped);
        }
    }

    private void advance() {
        synchronized (this) {
            if (ended) {
                return;
            }
            if (running) {
                again = true;
                return;
            }
            if (!flow.isReady()) {
                // A client that does not keep up must not occupy a place while it does not.
                later();
                return;
            }
            running = true;
            again = false;
        }
        try {
            tools.pool().submit(flow, new Round());
        } catch (EiderException refused) {
            refused(refused);
        }
    }

    private synchronized void later() {
        if (waiting) {
            return;
        }
        waiting = true;
        try {
            var unused = tools.timer().schedule(this::retry, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("Dropped a follower's turn, the server has stopped", stopped);
        }
    }

    private void retry() {
        synchronized (this) {
            waiting = false;
        }
        advance();
    }

    private void refused(EiderException reason) {
        if (reason.code() != ErrorCode.OVERLOADED) {
            end(FlightErrors.toFlight(reason));
            return;
        }
        rest();
        later();
    }

    /** Waits for news again; what happened meanwhile is not forgotten. */
    private void rest() {
        boolean more;
        synchronized (this) {
            running = false;
            more = again;
        }
        awaitEnd();
        if (more) {
            news();
        }
    }

    private void left(EiderException reason) {
        synchronized (this) {
            if (running) {
                return;
            }
        }
        end(FlightErrors.toFlight(reason));
    }

    private void end(FlightRuntimeException reason) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            running = false;
            if (watch != null) {
                watch.close();
            }
            if (heartbeat != null) {
                heartbeat.cancel(false);
            }
            sink.close();
        }
        onEnd.accept(this);
        try {
            listener.error(reason);
        } catch (RuntimeException gone) {
            LOG.debug("The client left before its answer", gone);
        }
    }

    private synchronized void beat() {
        if (!ended && !running && sink.isStarted() && flow.isReady()) {
            sink.mark(mark("heartbeat"));
        }
    }

    private String mark(String type) {
        return WireJson.followMark(type, last.orElse(0), lastNumber);
    }

    /** Sends what was committed since the last round. */
    private final class Round implements ReadJob {
        private boolean begun;

        @Override
        public void run(Cancellation cancellation) throws IOException {
            begun = true;
            BoundQuery query = tools.warehouse().bindChanges(request.table(), last, request.branch());
            BoundQuery.Pin pin = query.pins().get(0);
            long head = pin.snapshot().map(Snapshot::snapshotId).orElse(0L);
            if (sink.isStarted() && last.isPresent() && last.getAsLong() == head) {
                return;
            }
            tools.sender().send(new QueryStatement(tools.warehouse(), query), flow, sink, cancellation);
            synchronized (Follower.this) {
                last = OptionalLong.of(head);
                lastNumber = pin.snapshot().map(Snapshot::sequenceNumber).orElse(0L);
                sink.mark(mark("commit"));
            }
        }

        @Override
        public void succeed() {
            rest();
        }

        @Override
        public void fail(FlightRuntimeException failure) {
            boolean turnMissed = !begun && !flow.isEnded();
            if (turnMissed) {
                rest();
                later();
            } else {
                end(failure);
            }
        }
    }
}
