package dev.eider.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How fast the disk under a directory makes bytes durable: the floor of every acknowledgement. */
final class SyncRate {
    private static final long MEASURED_NANOS = 2_000_000_000L;

    private SyncRate() {}

    /** Appends 4 KB and forces it to the disk, again and again for two seconds. */
    static Latencies measure(Path directory) throws IOException {
        Files.createDirectories(directory);
        Path file = Files.createTempFile(directory, "sync", ".bin");
        List<Long> nanos = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocateDirect(4096);
            long end = System.nanoTime() + MEASURED_NANOS;
            while (System.nanoTime() < end) {
                long started = System.nanoTime();
                block.clear();
                while (block.hasRemaining()) {
                    channel.write(block);
                }
                channel.force(true);
                nanos.add(System.nanoTime() - started);
            }
        } finally {
            Files.delete(file);
        }
        return Latencies.ofNanos(nanos);
    }

    static void print(Latencies syncs) {
        System.out.printf(
                Locale.ROOT,
                "  this disk: %.0f syncs/s (4 KB appended and forced, p50 %.2f ms, p99 %.2f ms)%n",
                syncs.count() / (MEASURED_NANOS / 1e9),
                syncs.median(),
                syncs.p99());
    }
}
