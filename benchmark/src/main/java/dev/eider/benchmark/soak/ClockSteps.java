package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.Tally.Event;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The wall clock of one gateway, which steps back and forth while the process runs: a small library that stands before
 * the C library adds what a file says. The clock that measures how long something takes, and the times of files, stay as
 * they are. (libfaketime does this too, but makes a JVM ten times as slow.)
 */
final class ClockSteps {
    private static final int MAX_SECONDS = 90;
    private static final String SOURCE = "stepping_clock.c";

    private final Path library;
    private final Path file;

    private ClockSteps(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** Makes a clock that goes right until its first step; none where there is no C compiler. */
    static Optional<ClockSteps> prepare(Path directory, String name) throws IOException {
        Path library = directory.resolve("stepping-clock.so");
        if (!Files.exists(library) && !compile(directory, library)) {
            return Optional.empty();
        }
        ClockSteps clock = new ClockSteps(library, directory.resolve("clock-" + name));
        clock.set(0);
        return Optional.of(clock);
    }

    private static boolean compile(Path directory, Path library) throws IOException {
        Path source = directory.resolve(SOURCE);
        try (InputStream text = Objects.requireNonNull(ClockSteps.class.getResourceAsStream(SOURCE))) {
            Files.copy(text, source);
        }
        ProcessBuilder compiler = new ProcessBuilder(
                        "cc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source.toString(), "-ldl")
                .inheritIO();
        try {
            return compiler.start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns the environment of a process that goes by this clock. */
    Map<String, String> environment() {
        return Map.of("LD_PRELOAD", library.toString(), "SOAK_CLOCK_FILE", file.toString());
    }

    /** Sets the clock up to a minute and a half before or behind the time. */
    void step(SplittableRandom random, Tally tally) {
        try {
            set(random.nextInt(-MAX_SECONDS, MAX_SECONDS + 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tally.count(Event.CLOCK_STEP);
    }

    /** The process has mapped this very file: it is written in place. */
    private void set(long seconds) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        bytes.putLong(seconds).flip();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(bytes, 0);
        }
    }
}
