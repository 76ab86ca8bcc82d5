package dev.eider.benchmark.soak;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of one gateway process, which is killed and started again. Thread-safe.
 *
 * <p>Owns the process: it ends with this one.
 */
final class GatewaySlot implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready in .*: grpc(?:\\+tcp)?://([0-9.]+):(\\d+)");
    private static final long START_SECONDS = 60;
    private static final int SIGKILL = 137;

    private final String name;
    private final List<String> command;
    private final Path log;
    private final Tally tally;
    private final Optional<ClockSteps> clock;
    private boolean wanted;
    private volatile Running running = new Running(0, 0, null);

    /**
     * One life of the gateway.
     *
     * @param generation counts lives
     * @param port where it listens; 0 before the first life
     */
    record Running(int generation, int port, @org.jspecify.annotations.Nullable Process process) {
        boolean isAlive() {
            return process != null && process.isAlive();
        }
    }

    /** Makes a slot; {@code program} is the main class with its arguments, and says when it is ready. */
    GatewaySlot(String name, List<String> program, Path directory, Optional<ClockSteps> clock, Tally tally) {
        this.name = name;
        this.clock = clock;
        this.tally = tally;
        this.log = directory.resolve("gateway-" + name + ".log");
        this.command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=1g",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(program);
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill));
    }

    /** Sets the clock of its process, if it has one of its own. */
    void stepClock(SplittableRandom random) {
        clock.ifPresent(steps -> steps.step(random, tally));
    }

    String name() {
        return name;
    }

    /** Returns the life that is running now, or ran last. */
    Running running() {
        return running;
    }

    /**
     * Starts a new life if the last one ended without {@link #kill}.
     *
     * @return whether it ended otherwise than by a fault that ends a process as that does
     */
    synchronized boolean revive() {
        Process process = running.process();
        if (!wanted || process == null || process.isAlive()) {
            return false;
        }
        boolean unexpected = process.exitValue() != SIGKILL;
        start();
        return unexpected;
    }

    /** Starts a new life and returns once it listens. */
    synchronized void start() {
        wanted = true;
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(key -> key.startsWith("EIDER_"));
        clock.ifPresent(steps -> builder.environment().putAll(steps.environment()));
        try {
            Process process = builder.start();
            CompletableFuture<Integer> port = new CompletableFuture<>();
            Thread reader = new Thread(() -> follow(process, port), "gateway-" + name);
            reader.setDaemon(true);
            reader.start();
            try {
                int found = port.get(START_SECONDS, TimeUnit.SECONDS);
                running = new Running(running.generation() + 1, found, process);
            } catch (ExecutionException | TimeoutException | InterruptedException e) {
                process.destroyForcibly();
                throw new IllegalStateException("Gateway " + name + " does not start, see " + log, e);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void follow(Process process, CompletableFuture<Integer> port) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Files.writeString(
                        log,
                        line + "\n",
                        java.nio.file.StandardOpenOption.CREATE,
                        java.nio.file.StandardOpenOption.APPEND);
                if (line.startsWith(FaultyGateway.FIRED)) {
                    tally.count(Tally.Event.DATABASE_FAULT);
                }
                Matcher ready = READY.matcher(line);
                if (ready.find()) {
                    port.complete(Integer.parseInt(ready.group(2)));
                }
            }
        } catch (IOException killed) {
            port.completeExceptionally(killed);
        }
        port.completeExceptionally(new IOException("the process ended"));
    }

    /** Ends the process as {@code kill -9} does, and returns once it is gone. */
    synchronized void kill() {
        wanted = false;
        Process process = running.process();
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
