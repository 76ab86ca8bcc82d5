package dev.eider.benchmark;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.ConfigLoader;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.write.AppendRequest;
import dev.eider.warehouse.write.WriteOptions;
import java.nio.file.Path;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/** Eider as a library: rows go to the appender of a warehouse in this process. */
final class EiderInProcess implements AppendContender {
    private final Warehouse warehouse;
    private final StockCatalog stock;

    EiderInProcess(Path directory, int threads, String memoryLimit, BufferAllocator allocator) {
        Path tables = directory.resolve("warehouse");
        this.warehouse = Warehouse.open(
                ConfigLoader.load(
                                Map.of(),
                                Map.of(
                                        "warehouse",
                                        tables.toString(),
                                        "engine.threads",
                                        Integer.toString(threads),
                                        "engine.memory-limit",
                                        memoryLimit))
                        .warehouse(),
                allocator);
        this.stock = StockCatalog.open("jdbc:sqlite:" + directory.resolve("catalog.db"), tables);
    }

    @Override
    public String name() {
        return "Eider in process";
    }

    @Override
    public Lane lane(String table) {
        AppendRequest request = new AppendRequest(TableIdentifier.of("main", table), WriteOptions.DEFAULT);
        return rows -> {
            try {
                warehouse.appender().append(request, rows, receipt -> {});
            } catch (EiderException e) {
                throw e.code() == ErrorCode.OUTCOME_UNKNOWN ? e : new Refused(e);
            }
        };
    }

    @Override
    public Table load(String table) {
        return stock.load(table);
    }

    @Override
    public void close() {
        stock.close();
        warehouse.close();
    }
}
