package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Holds a commit up while it writes its metadata file, so that what is submitted meanwhile waits for the next.
 *
 * <p>Confined to the test's thread.
 */
final class HeldCommit implements AutoCloseable {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final KeptFiles files;
    private final CompletableFuture<CommitOutcome> first;

    /** Starts a commit, and returns when it is held up. */
    HeldCommit(KeptFiles files, Supplier<CommitOutcome> commit) throws InterruptedException {
        this.files = files;
        AtomicBoolean isFirst = new AtomicBoolean(true);
        files.beforeWrite(location -> {
            if (location.endsWith(".metadata.json") && isFirst.getAndSet(false)) {
                begun.countDown();
                hold();
            }
        });
        first = CompletableFuture.supplyAsync(commit);
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private void hold() {
        try {
            assertThat(released.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Someone who waits for a turn. */
    record Waiting(Thread thread, CompletableFuture<CommitOutcome> future) {
        CommitOutcome outcome() {
            return future.orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    /** Submits a change on a thread of its own, and returns when it waits for its turn. */
    static Waiting submit(Supplier<CommitOutcome> change) {
        CompletableFuture<CommitOutcome> future = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                future.complete(change.get());
            } catch (RuntimeException e) {
                future.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        await().pollInterval(1, TimeUnit.MILLISECONDS)
                .until(() -> thread.getState() == Thread.State.TIMED_WAITING || future.isDone());
        return new Waiting(thread, future);
    }

    /** Lets the commit go on, and returns what became of it. */
    CommitOutcome release() {
        released.countDown();
        return first.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        files.beforeWrite(location -> {});
        release();
    }
}
