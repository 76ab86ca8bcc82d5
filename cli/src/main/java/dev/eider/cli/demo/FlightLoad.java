package dev.eider.cli.demo;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.client.GatewayAddress;
import dev.eider.cli.client.PutProgress;
import dev.eider.cli.client.Receipt;
import dev.eider.cli.client.TableName;
import dev.eider.cli.client.WriteSettings;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.files.ParquetFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Loads days of flights with several writers, each with a connection of its own, and reports every receipt.
 *
 * <p>Immutable; its calls wait until all of their writers are through.
 */
final class FlightLoad {
    private static final int WRITERS = 4;

    private final Narrator narrator;
    private final GatewayAddress address;
    private final Path file;

    FlightLoad(Narrator narrator, GatewayAddress address, Path file) {
        this.narrator = narrator;
        this.address = address;
        this.file = file;
    }

    /** Appends the days of January from {@code first} to {@code last}, shared out; returns the rows acknowledged. */
    long concurrently(TableName table, int first, int last) throws IOException, InterruptedException {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            int days = last - first + 1;
            List<Future<Long>> loads = new ArrayList<>();
            for (int writer = 0; writer < Math.min(WRITERS, days); writer++) {
                int number = writer + 1;
                int from = first + days * writer / Math.min(WRITERS, days);
                int to = first + days * (writer + 1) / Math.min(WRITERS, days) - 1;
                loads.add(writers.submit(() -> write(table, number, from, to)));
            }
            long rows = 0;
            for (Future<Long> load : loads) {
                rows += load.get();
            }
            return rows;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IOException(e.getCause());
        } finally {
            writers.shutdownNow();
        }
    }

    private long write(TableName table, int writer, int from, int to) throws IOException {
        long rows = 0;
        try (BufferAllocator allocator = new RootAllocator();
                EiderClient client = EiderClient.connect(address, allocator);
                ParquetFile flights = ParquetFile.open(file)) {
            for (int day = from; day <= to; day++) {
                String midnight = String.format(Locale.ROOT, "TIMESTAMP '2001-01-%02d'", day);
                String condition = "date >= " + midnight + " AND date < " + midnight + " + INTERVAL 1 DAY";
                try (ArrowReader batches = flights.stream(allocator, condition)) {
                    String who = String.format(Locale.ROOT, "writer %d  %2d January", writer, day);
                    rows += append(client, table, batches, who);
                }
            }
        }
        return rows;
    }

    /** Appends a whole file. */
    void whole(EiderClient client, TableName table, Path whole) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                ParquetFile rows = ParquetFile.open(whole);
                ArrowReader batches = rows.stream(allocator)) {
            append(client, table, batches, String.valueOf(whole.getFileName()));
        }
    }

    private long append(EiderClient client, TableName table, ArrowReader batches, String who) {
        long started = System.nanoTime();
        long rows = 0;
        for (Receipt receipt : client.append(table, WriteSettings.DEFAULT, batches, PutProgress.NONE)) {
            Duration elapsed = Amounts.since(started);
            narrator.line(String.format(
                    Locale.ROOT,
                    "  %s  +%,6d rows  %s  sequence %2d  %s",
                    who,
                    receipt.rows(),
                    receipt.snapshot(),
                    receipt.sequenceNumber(),
                    Amounts.duration(elapsed)));
            rows += receipt.rows();
        }
        return rows;
    }
}
