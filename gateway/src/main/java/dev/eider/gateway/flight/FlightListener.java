package dev.eider.gateway.flight;

import dev.eider.catalog.DaemonThreads;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.Warehouse;
import io.grpc.ServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a warehouse over Arrow Flight and Flight SQL on one port.
 *
 * <p>Thread-safe. Owns its threads; the warehouse and the allocator stay whoever's they are, and must outlive it.
 */
public final class FlightListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FlightListener.class);
    /** Warns with a stack of every client that leaves early, which is no news; kept, or its level would be forgotten. */
    private static final java.util.logging.Logger GRPC_NOISE =
            java.util.logging.Logger.getLogger("io.grpc.netty.NettyServerHandler");

    private static final int MAX_HEADER_BYTES = 64 << 10;
    private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(10);

    private final RunningCalls running;
    private final ExecutorService calls;
    private final ScheduledThreadPoolExecutor timer;
    private final ReadPool pool;
    private final ReadPool descriptions;
    private final FollowHandler follows;
    private final FlightServer server;
    private boolean closed;

    private FlightListener(FlightConfig config, Warehouse warehouse, Memory memory) {
        this.running = new RunningCalls();
        // Unbounded, because a thread of it is what gRPC needs to say that there are too many calls; the pool of
        // reads and the warehouse's queue of appends bound the work behind it.
        this.calls = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                60,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                DaemonThreads.named("eider-call"),
                (late, pool) -> LOG.debug("Dropped news of a connection that the stopped server has closed"));
        this.timer = new ScheduledThreadPoolExecutor(1, DaemonThreads.named("eider-timer"));
        timer.setRemoveOnCancelPolicy(true);
        this.pool = new ReadPool("eider-read", config.reads(), config.reads().reserved(), running, timer);
        this.descriptions = new ReadPool("eider-describe", config.reads(), 0, running, timer);
        ArrowStreamSender sender =
                new ArrowStreamSender(memory.results(), memory.allocator().getLimit(), config.reads());
        this.follows = new FollowHandler(new Follower.Tools(warehouse, pool, sender, timer), memory.results());
        FlightRouter.Handlers handlers = handlers(warehouse, memory, sender);
        FlightRouter router = new FlightRouter(
                running,
                handlers,
                stream -> new Upload(
                        stream,
                        ClientFlow.current(),
                        new LoadCheck(memory.loads(), config.maxMessageBytes()),
                        timer,
                        config.idleTimeout()));
        Consumer<ServerBuilder<?>> interceptor = builder -> builder.intercept(new ClientFlow.Interceptor());
        this.server = FlightServer.builder(
                        memory.allocator(), Location.forGrpcInsecure(config.host(), config.port()), router)
                .executor(calls)
                .maxInboundMessageSize(hardLimit(config.maxMessageBytes()))
                .setMaxHeaderListSize(MAX_HEADER_BYTES)
                .middleware(RequestLog.KEY, new RequestLog.Factory())
                .transportHint("grpc.builderConsumer", interceptor)
                .build();
    }

    /** Rows that are somewhat too many get a clear error from us; beyond that gRPC breaks the call off, rudely. */
    private static int hardLimit(int maxMessageBytes) {
        return (int) Math.min(Integer.MAX_VALUE, 4L * maxMessageBytes);
    }

    private FlightRouter.Handlers handlers(Warehouse warehouse, Memory memory, ArrowStreamSender sender) {
        BufferAllocator allocator = memory.allocator();
        Statements statements = new Statements(warehouse);
        ReadHandler reads = new ReadHandler(pool, descriptions, sender);
        QueryAction queries = new QueryAction(statements, pool, sender);
        ActionTable actions = new ActionTable(List.of(
                queries,
                new GetChangesAction(queries),
                new ListTablesAction(warehouse),
                new SnapshotsAction(warehouse),
                new OrphansAction(warehouse)));
        return new FlightRouter.Handlers(
                statements,
                reads,
                follows,
                new PutHandler(warehouse, allocator),
                new ListingHandler(warehouse),
                actions,
                new SqlProducer(statements, reads, new SqlMetadata(warehouse, allocator)),
                new SqlUpdates(statements, reads, allocator));
    }

    /**
     * The Arrow memory to use, which stays its owner's.
     *
     * @param allocator for what comes from clients, and for answers that are made here
     * @param loads listens to {@code allocator}
     * @param results for what the engine answers with, without a limit of its own
     */
    public record Memory(BufferAllocator allocator, LoadAllocations loads, BufferAllocator results) {}

    /** Binds the port and begins to answer. */
    public static FlightListener start(FlightConfig config, Warehouse warehouse, Memory memory) {
        GRPC_NOISE.setLevel(java.util.logging.Level.SEVERE);
        FlightListener listener = new FlightListener(config, warehouse, memory);
        try {
            listener.server.start();
        } catch (IOException unavailable) {
            listener.close();
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "Cannot listen on " + config.host() + ":" + config.port()
                            + ": the port is taken, or the address is not one of this machine",
                    unavailable);
        }
        return listener;
    }

    /** Returns the port that it listens on. */
    public int port() {
        return server.getPort();
    }

    /** Returns how many calls are running, writes and reads. */
    public int runningCalls() {
        return running.count();
    }

    /** Refuses new calls, lets running ones finish for a while, and then cancels what is left. */
    public void drain(Duration timeout) {
        running.refuse();
        follows.stop();
        try {
            if (!running.awaitNone(timeout)) {
                LOG.info("Cancelling the calls that are still running");
                running.stopAll();
                if (!running.awaitNone(CANCEL_TIMEOUT)) {
                    LOG.warn("Some calls do not end");
                }
            }
        } catch (InterruptedException interrupted) {
            running.stopAll();
            Thread.currentThread().interrupt();
        }
    }

    /** Stops listening; calls that still run are cancelled. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        drain(Duration.ZERO);
        try {
            server.close();
            pool.close();
            descriptions.close();
            timer.shutdownNow();
            calls.shutdown();
            if (!calls.awaitTermination(CANCEL_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("Some calls hold on to their threads");
            }
        } catch (InterruptedException interrupted) {
            calls.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
