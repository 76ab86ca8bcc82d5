package dev.eider.gateway.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InterruptibleTest {
    private final EiderException reason = new EiderException(ErrorCode.TIMED_OUT, "too late");
    private final Interruptible waiting = new Interruptible();

    @Test
    void freesAThreadThatWaitsForEver() {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Boolean> leftOverInterrupt = new CompletableFuture<>();
        CompletableFuture<Object> call = CompletableFuture.supplyAsync(() -> {
            try {
                return waiting.call(() -> waitForEver(begun));
            } finally {
                leftOverInterrupt.complete(Thread.currentThread().isInterrupted());
            }
        });

        awaitQuietly(begun);
        waiting.breakOff(reason);
        waiting.awaitIdle();

        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCause(reason);
        assertThat(leftOverInterrupt.join()).isFalse();
    }

    @Test
    void refusesLaterCallsWithTheFirstReason() {
        waiting.breakOff(reason);
        waiting.breakOff(new EiderException(ErrorCode.CANCELLED, "later"));

        assertThatThrownBy(() -> waiting.call(() -> 1)).isSameAs(reason);
    }

    @Test
    void passesResultsAndFailuresOn() {
        IllegalStateException failure = new IllegalStateException();

        assertThat(waiting.call(() -> 1)).isEqualTo(1);
        assertThatThrownBy(() -> waiting.call(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    private static Object waitForEver(CountDownLatch begun) {
        begun.countDown();
        try {
            new CountDownLatch(1).await();
            return "never";
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
