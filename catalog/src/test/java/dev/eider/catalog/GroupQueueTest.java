package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GroupQueueTest {
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final List<List<Integer>> groups = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void stop() {
        released.countDown();
        workers.shutdown();
    }

    @Test
    void refusesWhatComesWhenTooManyWait() throws Exception {
        GroupQueue<Integer, Integer> queue = queue(2, 10, 100);
        List<CompletableFuture<Integer>> accepted = submit(queue, 0, 1, 2);

        assertThatThrownBy(() -> queue.submit(3, Duration.ofSeconds(30)))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED));
        released.countDown();

        assertThat(accepted.stream().map(CompletableFuture::join)).containsExactly(0, 1, 2);
        assertThat(queue.submit(4, Duration.ofSeconds(30))).isEqualTo(4);
    }

    @Test
    void takesNothingMoreWhenItsWorkersEnd() {
        GroupQueue<Integer, Integer> queue = queue(1, 10, 100);
        workers.shutdown();

        for (int attempt = 1; attempt <= 2; attempt++) {
            assertThatThrownBy(() -> queue.submit(3, Duration.ofSeconds(30)))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
        }
    }

    @Test
    void refusesWhatWaitsWhenItsWorkersEnd() throws Exception {
        GroupQueue<Integer, Integer> queue = queue(100, 1, 100);
        List<CompletableFuture<Integer>> accepted = submit(queue, 0, 1);
        workers.shutdown();
        released.countDown();

        assertThat(accepted.get(0).join()).isZero();
        assertThat(accepted.get(1))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(java.util.concurrent.ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SHUTTING_DOWN));
    }

    @Test
    void boundsAGroupByCountAndByWeight() throws Exception {
        GroupQueue<Integer, Integer> queue = queue(100, 3, 10);
        List<CompletableFuture<Integer>> accepted = submit(queue, 0, 1, 2, 3, 4, 7, 20, 1);
        released.countDown();

        accepted.forEach(CompletableFuture::join);
        assertThat(groups)
                .containsExactly(List.of(0), List.of(1, 2, 3), List.of(4), List.of(7), List.of(20), List.of(1));
    }

    @Test
    void tellsEveryMemberOfAGroupThatFailed() throws Exception {
        GroupQueue<Integer, Integer> queue = queue(100, 3, 100);
        List<CompletableFuture<Integer>> accepted = submit(queue, 0, -1, 2);
        released.countDown();

        assertThat(accepted.get(0).join()).isZero();
        for (CompletableFuture<Integer> failed : accepted.subList(1, 3)) {
            assertThatThrownBy(failed::join).hasRootCauseMessage("no negative work");
        }
        assertThat(queue.submit(5, Duration.ofSeconds(30))).isEqualTo(5);
    }

    private GroupQueue<Integer, Integer> queue(int capacity, int size, long weight) {
        return new GroupQueue<>(
                workers,
                new GroupQueue.Limits<>(capacity, size, weight, Integer::longValue),
                (group, next) -> work(group));
    }

    /** The first group waits for the release. */
    private List<Integer> work(List<Integer> group) {
        groups.add(group);
        begun.countDown();
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (group.contains(-1)) {
            throw new IllegalStateException("no negative work");
        }
        return group;
    }

    /** Submits one after the other: the first is being worked on, the others wait. */
    private List<CompletableFuture<Integer>> submit(GroupQueue<Integer, Integer> queue, int... items)
            throws InterruptedException {
        List<CompletableFuture<Integer>> futures = new ArrayList<>();
        for (int item : items) {
            CompletableFuture<Integer> future = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    future.complete(queue.submit(item, Duration.ofSeconds(60)));
                } catch (EiderException e) {
                    future.completeExceptionally(e);
                }
            });
            thread.setDaemon(true);
            thread.start();
            if (futures.isEmpty()) {
                begun.await();
            } else {
                await().pollInterval(Duration.ofMillis(1)).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            }
            futures.add(future);
        }
        return futures;
    }
}
