package dev.eider.warehouse.write;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.types.ArrowToIceberg;
import dev.eider.warehouse.types.SchemaBinding;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.catalog.TableIdentifier;

/** Appends streams of Arrow batches to tables. Thread-safe; each call occupies its thread until the stream ends. */
public final class TableAppender {
    private final TableCatalog catalog;
    private final WriteConfig config;
    private final BufferAllocator allocator;
    private final DataFileWriter writer;
    private final OpenWrites openWrites;
    private final StagedTables staged = new StagedTables();

    /** Creates an appender; the allocator stays the caller's, streams must come from allocators of the same root. */
    public TableAppender(
            TableCatalog catalog,
            QueryEngine engine,
            AllowedLocations allowed,
            WriteConfig config,
            BufferAllocator allocator) {
        this.catalog = catalog;
        this.config = config;
        this.allocator = allocator;
        this.writer = new DataFileWriter(engine, allowed, config, allocator);
        this.openWrites = new OpenWrites(config);
    }

    /**
     * Appends every batch of {@code rows} to the table, and hands out one receipt for each commit.
     *
     * <p>Reads {@code rows} on a thread of its own, which has ended when this returns, and never closes it: whoever
     * opened it does. On any exception the rows that no receipt covers are not in the table, and their files are gone,
     * unless the code is {@code OUTCOME_UNKNOWN}. A stream that breaks surfaces as {@link BrokenStreamException}.
     */
    public void append(AppendRequest request, ArrowReader rows, Consumer<AppendReceipt> receipts) {
        append(request, rows, receipts, () -> {});
    }

    /**
     * Like the other, for a source that an interrupt does not wake.
     *
     * @param stop makes a read of {@code rows} that is under way end soon
     */
    public void append(AppendRequest request, ArrowReader rows, Consumer<AppendReceipt> receipts, Runnable stop) {
        try (OpenWrites.Place place = openWrites.enter()) {
            Schema incoming = schema(rows);
            TableState target = target(request, incoming, rows);
            try {
                stream(request, rows, receipts, new Binding(target, bind(target, incoming, rows)), stop);
            } finally {
                staged.leave(target);
            }
        }
    }

    private record Binding(TableState target, SchemaBinding columns) {}

    private static Schema schema(ArrowReader rows) {
        try {
            return rows.getVectorSchemaRoot().getSchema();
        } catch (IOException e) {
            throw new BrokenStreamException(e);
        }
    }

    private static SchemaBinding bind(TableState target, Schema incoming, ArrowReader rows) {
        requirePlainLayout(target);
        return SchemaBinding.bind(
                incoming, rows, target.metadata().schema(), target.identifier().toString());
    }

    private TableState target(AppendRequest request, Schema incoming, ArrowReader rows) {
        TableIdentifier name = request.table();
        WriteMode mode = request.options().mode();
        Optional<TableState> existing = catalog.find(name);
        if (existing.isPresent()) {
            if (mode == WriteMode.CREATE) {
                throw alreadyExists(existing.get());
            }
            return existing.get();
        }
        if (mode == WriteMode.APPEND || (mode == WriteMode.CREATE_APPEND && !config.autoCreate())) {
            throw TableCatalog.notFound(name);
        }
        if (mode == WriteMode.CREATE) {
            return stage(name, incoming, rows);
        }
        return staged.join(name, () -> stage(name, incoming, rows), () -> catalog.find(name));
    }

    private TableState stage(TableIdentifier name, Schema incoming, ArrowReader rows) {
        return catalog.stage(name, ArrowToIceberg.schema(incoming, rows), Map.of());
    }

    private static EiderException alreadyExists(TableState table) {
        return new EiderException(ErrorCode.ALREADY_EXISTS, "Table %s exists already".formatted(table.identifier()));
    }

    private static void requirePlainLayout(TableState target) {
        if (target.metadata().spec().isPartitioned()) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "Table %s is partitioned by %s: writing to partitioned tables is not supported yet"
                            .formatted(
                                    target.identifier(),
                                    target.metadata().spec().fields()));
        }
        if (target.metadata().sortOrder().isSorted()) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "Table %s is sorted by %s: writing to sorted tables is not supported yet"
                            .formatted(
                                    target.identifier(),
                                    target.metadata().sortOrder().fields()));
        }
        target.metadata().properties().keySet().stream()
                .filter(key -> key.endsWith("-impl") || key.endsWith(".impl"))
                .findFirst()
                .ifPresent(key -> {
                    throw new EiderException(
                            ErrorCode.FORBIDDEN,
                            "Table %s has the property %s, which loads a class: Eider does not write to it"
                                    .formatted(target.identifier(), key));
                });
    }

    private void stream(
            AppendRequest request, ArrowReader rows, Consumer<AppendReceipt> receipts, Binding binding, Runnable stop) {
        BatchQueue queue = new BatchQueue(config.bufferBytes());
        RowReceiver receiver = new RowReceiver(rows, binding.columns(), queue);
        Thread receiving = new Thread(receiver, "eider-receive");
        receiving.setDaemon(true);
        receiving.start();
        AppendSession session =
                new AppendSession(binding.target(), binding.columns(), queue, request.options(), receipts);
        try {
            session.run(writer, catalog.committer(), allocator, config.idleTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EiderException(ErrorCode.CANCELLED, "Interrupted while writing", e);
        } catch (EiderException e) {
            throw request.options().mode() == WriteMode.CREATE && e.code() == ErrorCode.COMMIT_CONFLICT
                    ? alreadyExists(binding.target())
                    : e;
        } finally {
            queue.abort();
            stop.run();
            receiver.awaitEnd(receiving);
        }
    }
}
