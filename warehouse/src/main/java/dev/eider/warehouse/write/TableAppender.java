package dev.eider.warehouse.write;

import dev.eider.catalog.DaemonThreads;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.LedgerEntry;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.types.ArrowToIceberg;
import dev.eider.warehouse.types.BatchValidator;
import dev.eider.warehouse.types.SchemaBinding;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.catalog.TableIdentifier;

/** Appends streams of Arrow batches to tables. Thread-safe; each call occupies its thread until the stream ends. */
public final class TableAppender {
    private final TableCatalog catalog;
    private final Storage storage;
    private final WriteConfig config;
    private final WriteTools tools;
    private final Executor receivers = receivers();
    private final RunningKeys runningKeys = new RunningKeys();
    private final StagedTables staged = new StagedTables();

    /** Creates an appender; the allocator stays the caller's, streams must come from allocators of the same root. */
    public TableAppender(
            TableCatalog catalog, QueryEngine engine, Storage storage, WriteConfig config, BufferAllocator allocator) {
        this.catalog = catalog;
        this.storage = storage;
        this.config = config;
        DataFileWriter writer = new DataFileWriter(engine, storage, config, allocator);
        SmallAppends small = new SmallAppends(catalog.committer(), catalog.writes(), writer, allocator, config);
        this.tools = new WriteTools(catalog, config, allocator, writer, small, new OpenWrites(config));
    }

    /** Threads that end when nothing was received for a while; as many as there are appends at once. */
    private static Executor receivers() {
        return new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                DaemonThreads.named("eider-receive"));
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
        try (RunningKeys.Running running =
                        runningKeys.enter(request.table(), request.options(), config.queueTimeout());
                OpenWrites.Place place = tools.openWrites().enter()) {
            Schema incoming = schema(rows);
            AppendKey key = AppendKey.of(request.options(), incoming);
            if (repeat(request, key, rows, receipts, stop)) {
                return;
            }
            TableState target = target(request, incoming, rows);
            boolean stored = false;
            try {
                AppendSession.Order order =
                        new AppendSession.Order(target, bind(target, incoming, rows), request.options(), key, receipts);
                stream(order, rows, stop, place);
                stored = true;
            } finally {
                if (staged.leave(target) && target.staged() && !stored) {
                    tools.writer().removeEmptyDirectories(target);
                }
            }
        }
    }

    /** Answers an append whose key is in already, once its rows were counted. */
    private boolean repeat(
            AppendRequest request, AppendKey key, ArrowReader rows, Consumer<AppendReceipt> receipts, Runnable stop) {
        Optional<TableState> table = key.isPresent() ? catalog.find(request.table()) : Optional.empty();
        if (table.isEmpty()) {
            return false;
        }
        String branch = request.options().branch();
        List<LedgerEntry> earlier = catalog.ledger(table.get().metadata().uuid(), branch, List.of(key.text()));
        if (earlier.isEmpty()) {
            return false;
        }
        key.requireSameColumns(earlier.get(0));
        key.requireSame(earlier.get(0), count(rows, stop));
        receipts.accept(tools.repeated(table.get(), branch, earlier.get(0)));
        return true;
    }

    private long count(ArrowReader rows, Runnable stop) {
        BatchQueue queue = new BatchQueue(config.bufferBytes());
        return receiving(rows, Optional.empty(), queue, stop, () -> {
            long counted = 0;
            WriteStep endless = new WriteStep(WriteOptions.DEFAULT);
            while (!queue.isDrained()) {
                queue.awaitFill(endless, config.idleTimeout());
                counted += queue.discard();
            }
            return counted;
        });
    }

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
            requirePresent(existing.get());
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

    /** Its metadata may be known from memory: rows would go where the directory of an unmounted disk was made anew. */
    private void requirePresent(TableState table) {
        String metadata = table.metadata().metadataFileLocation();
        if (storage.isMissing(metadata)) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED,
                    "Table %s cannot be written: its metadata file %s is missing. Is its disk mounted?"
                            .formatted(table.identifier(), metadata.substring(metadata.lastIndexOf('/') + 1)));
        }
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

    private void stream(AppendSession.Order order, ArrowReader rows, Runnable stop, OpenWrites.Place place) {
        BatchQueue queue = new BatchQueue(config.bufferBytes());
        try {
            receiving(rows, Optional.of(order.binding().validator()), queue, stop, () -> {
                new AppendSession(tools, order, queue, place).run();
                return 0L;
            });
        } catch (EiderException e) {
            throw order.options().mode() == WriteMode.CREATE && e.code() == ErrorCode.COMMIT_CONFLICT
                    ? alreadyExists(order.target())
                    : e;
        }
    }

    /** What is done with rows while they are received. */
    private interface Consumption {
        long run() throws InterruptedException;
    }

    private long receiving(
            ArrowReader rows,
            Optional<BatchValidator> validator,
            BatchQueue queue,
            Runnable stop,
            Consumption consumption) {
        RowReceiver receiver = new RowReceiver(rows, validator, queue);
        receivers.execute(receiver);
        try {
            return consumption.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EiderException(ErrorCode.CANCELLED, "Interrupted while writing", e);
        } finally {
            queue.abort();
            stop.run();
            receiver.awaitEnd();
        }
    }
}
