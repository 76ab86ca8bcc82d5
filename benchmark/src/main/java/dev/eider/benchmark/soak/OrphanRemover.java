package dev.eider.benchmark.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.benchmark.soak.Tally.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Removes orphaned files of the table that is written, again and again until the run stops. Before each time it makes
 * the table's files look old, but for those of the last seconds: short writes have no lease, and are safe because a file
 * that is younger than an hour is never an orphan.
 */
final class OrphanRemover implements Runnable {
    private static final int MAX_MILLIS_BETWEEN = 1_000;
    private static final Duration OLD = Duration.ofDays(2);

    /** Longer than any write of a run takes, from its first file to the end of its commit. */
    private static final Duration WRITE = Duration.ofSeconds(90);

    private final SoakRun run;
    private final Path warehouse;
    private final List<GatewayLine> lines;
    private final SplittableRandom random;

    OrphanRemover(SoakRun run, long seed, Path warehouse, List<GatewaySlot> slots, BufferAllocator allocator) {
        this.run = run;
        this.warehouse = warehouse;
        this.lines =
                slots.stream().map(slot -> new GatewayLine(slot, allocator)).toList();
        this.random = new SplittableRandom(seed);
    }

    @Override
    public void run() {
        try {
            while (run.goesOnAfter(random.nextInt(MAX_MILLIS_BETWEEN))) {
                age();
                remove(lines.get(random.nextInt(lines.size())));
            }
        } catch (RuntimeException e) {
            run.complain("The remover of orphans ends: " + e);
        } finally {
            lines.forEach(GatewayLine::close);
        }
    }

    private void age() {
        Instant old = Instant.now().minus(OLD);
        try (Stream<Path> files = Files.walk(warehouse)) {
            files.filter(Files::isRegularFile).filter(OrphanRemover::mayLookOld).forEach(file -> age(file, old));
        } catch (IOException | UncheckedIOException e) {
            if (!isMissing(e)) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static boolean mayLookOld(Path file) {
        Instant written = Instant.ofEpochMilli(file.toFile().lastModified());
        return written.isBefore(Instant.now().minus(WRITE));
    }

    private static void age(Path file, Instant old) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(old));
        } catch (NoSuchFileException removed) {
            // another gateway was quicker
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isMissing(Exception failure) {
        return failure instanceof NoSuchFileException || failure.getCause() instanceof NoSuchFileException;
    }

    private void remove(GatewayLine line) {
        String body = "{\"table\": \"%s\", \"older_than_seconds\": 3600, \"remove\": true}".formatted(run.table());
        try {
            for (JsonNode report : line.action("orphans", body)) {
                report.path("files").forEach(file -> run.tally().count(Event.ORPHAN));
            }
        } catch (FlightRuntimeException e) {
            String code = GatewayLine.code(e).orElse(e.status().code() + " by the connection");
            run.tally().failed("orphans: " + code);
            if (code.equals("INTERNAL") && !run.diskIsFull()) {
                run.complain("The removal of orphans was answered " + code + ": " + e.getMessage());
            }
        }
    }
}
