package dev.eider.gateway;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.flight.FlightConfig;
import dev.eider.gateway.flight.FlightListener;
import dev.eider.gateway.flight.LoadAllocations;
import dev.eider.warehouse.Warehouse;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway: one warehouse, served over Arrow Flight.
 *
 * <p>The composition root: everything is made here, and closed here in the opposite order. Thread-safe.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    private final GatewayConfig config;
    private final Memory memory;
    private final Warehouse warehouse;
    private final FlightListener listener;
    private boolean closed;

    private Gateway(GatewayConfig config, Memory memory, Warehouse warehouse, FlightListener listener) {
        this.config = config;
        this.memory = memory;
        this.warehouse = warehouse;
        this.listener = listener;
    }

    /** Opens the warehouse and begins to listen; whoever starts a gateway closes it. */
    public static Gateway start(GatewayConfig config) {
        return start(config, leak -> LOG.error("Arrow memory was not given back, which is a defect", leak));
    }

    /** Starts a gateway whose leaks of Arrow memory, found when it is closed, go to {@code leaks}. */
    static Gateway start(GatewayConfig config, Consumer<IllegalStateException> leaks) {
        refuseOpenDoor(config);
        Memory memory = new Memory(config.arrowMemoryBytes(), leaks);
        try {
            Warehouse warehouse = Warehouse.open(config.warehouse(), memory.forWarehouse());
            try {
                FlightListener listener = FlightListener.start(config.flight(), warehouse, memory.forFlight());
                Gateway gateway = new Gateway(config, memory, warehouse, listener);
                LOG.info("Gateway listens, location={}", gateway.location());
                return gateway;
            } catch (RuntimeException failure) {
                warehouse.close();
                throw failure;
            }
        } catch (RuntimeException failure) {
            memory.close();
            throw failure;
        }
    }

    private static void refuseOpenDoor(GatewayConfig config) {
        String host = config.flight().host();
        boolean local;
        try {
            local = InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "server.host has the bad value \"" + host + "\": expected an address of this machine",
                    unknown);
        }
        if (!local && !config.insecure()) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "Refusing to listen on " + host + " without authentication: whoever reaches the port could read and"
                            + " drop every table. Listen on 127.0.0.1, or allow it with --insecure"
                            + " (server.insecure=true)");
        }
    }

    /** Returns the port that Flight listens on. */
    public int port() {
        return listener.port();
    }

    /** Returns what Flight clients connect to. */
    public URI location() {
        FlightConfig flight = config.flight();
        try {
            return new URI("grpc", null, flight.host(), port(), null, null, null);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Returns how tables are read as a rule, and why: a sentence for people. */
    public String readEngine() {
        return warehouse.readEngine();
    }

    /** Returns how many calls are running. */
    public int runningCalls() {
        return listener.runningCalls();
    }

    /** Deletes every file of the warehouse: for one that was made for a moment. Its tables are gone then. */
    public void deleteAllFiles() {
        warehouse.deleteAllFiles();
    }

    /** Stops taking calls, lets running ones finish for the configured time, then cancels them and frees everything. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        LOG.info("Gateway stops, location={}", location());
        listener.drain(config.drainTimeout());
        try {
            listener.close();
        } finally {
            try {
                warehouse.close();
            } finally {
                memory.close();
            }
        }
    }

    /** The Arrow memory of one gateway, under one limit, by who uses it. */
    private static final class Memory implements AutoCloseable {
        private final BufferAllocator root;
        private final BufferAllocator warehouse;
        private final LoadAllocations flightLoads = new LoadAllocations();
        private final BufferAllocator flight;
        private final BufferAllocator results = new RootAllocator();
        private final Consumer<IllegalStateException> leaks;

        Memory(long limitBytes, Consumer<IllegalStateException> leaks) {
            this.root = new RootAllocator(limitBytes);
            this.warehouse = root.newChildAllocator("warehouse", 0, limitBytes);
            this.flight = root.newChildAllocator("flight", flightLoads, 0, limitBytes);
            this.leaks = leaks;
        }

        BufferAllocator forWarehouse() {
            return warehouse;
        }

        FlightListener.Memory forFlight() {
            return new FlightListener.Memory(flight, flightLoads, results);
        }

        /** Reports what was not given back; it stays lost. */
        @Override
        public void close() {
            for (BufferAllocator allocator : new BufferAllocator[] {results, flight, warehouse, root}) {
                try {
                    allocator.close();
                } catch (IllegalStateException leak) {
                    leaks.accept(leak);
                }
            }
        }
    }
}
