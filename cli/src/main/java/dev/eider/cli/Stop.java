package dev.eider.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/**
 * Lets a command that runs until Ctrl-C end in order: the wish to stop is noticed between two steps, and the process waits
 * for the command to finish what it is doing.
 *
 * <p>Thread-safe. Close it when the command is through.
 */
final class Stop implements AutoCloseable {
    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch finished = new CountDownLatch(1);

    private final Duration patience;
    private final boolean isSuccess;

    private Stop(Duration patience, boolean isSuccess) {
        this.patience = patience;
        this.isSuccess = isSuccess;
    }

    /** Listens for Ctrl-C and SIGTERM; the process ends at the latest {@code patience} after them. */
    static Stop onSignal(Duration patience) {
        return listening(new Stop(patience, false));
    }

    /** Like the other, for a command that has no other end: once it ends in order, the exit code is 0. */
    static Stop onSignalSucceeding(Duration patience) {
        return listening(new Stop(patience, true));
    }

    private static Stop listening(Stop stop) {
        Thread hook = new Thread(stop::stopAndWait, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        return stop;
    }

    private void stopAndWait() {
        boolean isOver = finished.getCount() == 0;
        wanted.countDown();
        try {
            boolean inOrder = finished.await(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (!inOrder) {
                Runtime.getRuntime().halt(CommandLine.ExitCode.SOFTWARE);
            }
            if (isSuccess && !isOver) {
                Runtime.getRuntime().halt(CommandLine.ExitCode.OK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the time is over or the command should stop; returns whether it should. */
    boolean wantedWithin(Duration pause) throws InterruptedException {
        return wanted.await(pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Returns whether the command should stop. */
    boolean isWanted() {
        return wanted.getCount() == 0;
    }

    /** Waits until the command should stop. */
    void await() throws InterruptedException {
        wanted.await();
    }

    @Override
    public void close() {
        finished.countDown();
    }
}
