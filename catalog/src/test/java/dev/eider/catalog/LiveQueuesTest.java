package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveQueuesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int KEYS = Integer.getInteger("eider.test.keys", 10_000);

    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final AtomicInteger made = new AtomicInteger();

    @AfterEach
    void stop() {
        workers.shutdownNow();
    }

    private LiveQueues<String, Integer, Integer> queues(int mostIdle, GroupQueue.Work<Integer, Integer> work) {
        return new LiveQueues<>(
                key -> {
                    made.incrementAndGet();
                    return new GroupQueue<>(workers, new GroupQueue.Limits<>(100, 10, 100, item -> 1), work);
                },
                mostIdle);
    }

    @Test
    void areAsManyAsAreKeptIdleHoweverManyKeysThereWere() {
        LiveQueues<String, Integer, Integer> queues = queues(16, (group, next) -> group);

        for (int i = 0; i < KEYS; i++) {
            assertThat(queues.submit("table " + i, i, PATIENCE)).isEqualTo(i);
        }

        assertThat(made).hasValue(KEYS);
        assertThat(queues.size()).isEqualTo(16);
        queues.submit("table " + (KEYS - 1), 1, PATIENCE);
        assertThat(made).hasValue(KEYS);
    }

    @Test
    void oneInUseIsNeverMadeTwice() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        LiveQueues<String, Integer, Integer> queues = queues(1, (group, next) -> {
            if (group.contains(-1)) {
                begun.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return List.copyOf(group);
        });
        CompletableFuture<Integer> slow =
                CompletableFuture.supplyAsync(() -> queues.submit("slow", -1, PATIENCE), workers);
        begun.await();
        for (int i = 0; i < 10; i++) {
            queues.submit("other " + i, i, PATIENCE);
        }
        assertThat(made).hasValue(11);

        CompletableFuture<Integer> second =
                CompletableFuture.supplyAsync(() -> queues.submit("slow", 7, PATIENCE), workers);
        go.countDown();

        assertThat(slow.get()).isEqualTo(-1);
        assertThat(second.get()).isEqualTo(7);
        assertThat(queues.size()).isLessThanOrEqualTo(2);
    }
}
