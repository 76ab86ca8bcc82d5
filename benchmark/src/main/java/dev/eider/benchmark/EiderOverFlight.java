package dev.eider.benchmark;

import java.nio.file.Path;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.Table;

/** Eider as a server: every writer has a Flight connection over loopback, and one {@code DoPut} for each append. */
final class EiderOverFlight implements AppendContender {
    private final BufferAllocator allocator;
    private final LocalServer server;
    private final StockCatalog stock;

    EiderOverFlight(Path directory, int threads, String memoryLimit, BufferAllocator allocator) {
        this.allocator = allocator;
        this.server = new LocalServer(directory, threads, memoryLimit, allocator);
        this.stock = StockCatalog.open(server.catalogUri(), server.warehouse());
    }

    @Override
    public String name() {
        return "Eider, DoPut over loopback";
    }

    @Override
    public Lane lane(String table) {
        FlightClient client = server.connect(allocator);
        return new Lane() {
            @Override
            public void append(ArrowReader rows) throws Exception {
                LocalServer.put(client, table, rows);
            }

            @Override
            public void close() throws Exception {
                client.close();
            }
        };
    }

    @Override
    public Table load(String table) {
        return stock.load(table);
    }

    @Override
    public void close() throws Exception {
        stock.close();
        server.close();
    }
}
