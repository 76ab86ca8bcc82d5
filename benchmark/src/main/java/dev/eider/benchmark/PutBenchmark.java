package dev.eider.benchmark;

import dev.eider.warehouse.storage.DurableFiles;
import dev.eider.warehouse.storage.FileSync;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Writing the same 77 batches: through the gateway, by DuckDB's {@code COPY} in this process, and by Iceberg's generic
 * Parquet writer. All write zstd, sync file and directory, and use the same row groups and threads.
 */
final class PutBenchmark {
    private static final int BATCHES = 77;
    private static final String MEMORY = "1GB";

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;
    private int written;

    PutBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    void run(int runs) throws Exception {
        long rows = (long) BATCHES * SampleBatches.BATCH_ROWS;
        try (SampleBatches batches = new SampleBatches(allocator);
                LocalServer server = new LocalServer(directory.resolve("put"), threads, MEMORY, allocator);
                DuckDb duckDb = new DuckDb(threads, MEMORY);
                DuckDb check = new DuckDb(threads, MEMORY)) {
            Contender eider = new Contender("Eider, DoPut over loopback", () -> {
                String table = "bench" + written++;
                try (ArrowReader reader = batches.reader(BATCHES)) {
                    server.put(table, reader);
                }
                return table;
            });
            Contender copy = new Contender("DuckDB COPY in process", () -> copy(duckDb, batches));
            Contender iceberg = new Contender("Iceberg generic writer", () -> icebergWriter(batches));
            List<Double> medians = new Comparison(
                            String.format(Locale.ROOT, "(a) write %,d rows x 8 columns", rows),
                            runs,
                            List.of(eider, copy, iceberg))
                    .verifiedBy((name, answer) -> {
                        List<Path> files =
                                name.equals(eider.name()) ? server.dataFiles(answer) : List.of(Path.of(answer));
                        String checksum = checksum(check, files);
                        for (Path file : files) {
                            Files.deleteIfExists(file);
                        }
                        return checksum;
                    })
                    .run();
            System.out.printf(
                    Locale.ROOT,
                    "  Eider reaches %.2f of COPY's throughput (goal: at least 0.75), %.1f times the generic writer's%n",
                    medians.get(1) / medians.get(0),
                    medians.get(2) / medians.get(0));
        }
    }

    private String copy(DuckDb duckDb, SampleBatches batches) throws Exception {
        Path file = directory.resolve("copy-" + written++ + ".parquet");
        try (ArrowReader reader = batches.reader(BATCHES)) {
            duckDb.consume(
                    reader,
                    allocator,
                    "COPY (SELECT * FROM arrow_rows) TO '" + file
                            + "' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, FIELD_IDS "
                            + "{id: 1, departed: 2, origin: 3, comment: 4, delay: 5, distance: 6, price: 7, late: 8})");
        }
        new DurableFiles(FileSync.FULL).sync(file);
        return file.toString();
    }

    private String icebergWriter(SampleBatches batches) throws Exception {
        Path file = directory.resolve("iceberg-" + written++ + ".parquet");
        try (ArrowReader reader = batches.reader(BATCHES)) {
            GenericWriter.write(reader, file);
        }
        new DurableFiles(FileSync.FULL).sync(file);
        return file.toString();
    }

    private static String checksum(DuckDb duckDb, List<Path> files) throws Exception {
        return duckDb.single(
                "SELECT count(*) || ' rows, hash ' || sum(hash(id, departed, origin, comment, delay, distance, "
                        + "price, late)) FROM " + DuckDb.readParquet(files));
    }
}
