package dev.eider.warehouse.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BatchQueueTest {
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final BufferAllocator allocator = new RootAllocator();
    private final DictionarySnapshot none = DictionarySnapshot.of(new DictionaryProvider.MapDictionaryProvider());
    private final BatchQueue queue = new BatchQueue(1000);

    @AfterEach
    void everyBufferIsFreed() {
        queue.abort();
        allocator.close();
    }

    @Test
    void waitsUntilHalfOfItIsFilled() throws Exception {
        CompletableFuture<Boolean> filled = CompletableFuture.supplyAsync(() -> awaitFill(IDLE));

        queue.put(item(300));
        assertThat(filled).isNotDone();
        queue.put(item(300));

        assertThat(filled.get()).isTrue();
    }

    @Test
    void handsOutWhatThereIsWhenTheStreamEnds() throws Exception {
        queue.put(item(10));
        queue.end();

        assertThat(awaitFill(IDLE)).isTrue();
        take().batch().close();
        assertThat(queue.isDrained()).isTrue();
        assertThat(awaitFill(IDLE)).isFalse();
    }

    @Test
    void holdsTheProducerBackWhileItIsFull() throws Exception {
        AtomicInteger sent = new AtomicInteger();
        CompletableFuture<Void> producer = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 5; i++) {
                put(item(400));
                sent.incrementAndGet();
            }
        });
        await().until(() -> sent.get() == 2);
        assertThat(producer).isNotDone();

        for (int i = 0; i < 5; i++) {
            take().batch().close();
        }
        producer.get();
        assertThat(sent).hasValue(5);
    }

    @Test
    void takesABatchThatIsLargerThanItself() throws Exception {
        queue.put(item(5000));

        BatchQueue.Item item = take();
        assertThat(item.bytes()).isEqualTo(5000);
        item.batch().close();
    }

    @Test
    void givesUpOnAStreamThatSendsNothing() {
        assertThatThrownBy(() -> awaitFill(Duration.ofMillis(20)))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMED_OUT));
    }

    @Test
    void passesOnWhatBrokeTheStream() throws Exception {
        queue.put(item(10));
        queue.fail(new IOException("connection reset"));

        assertThatThrownBy(() -> awaitFill(IDLE))
                .isInstanceOf(BrokenStreamException.class)
                .hasRootCauseMessage("connection reset");
    }

    @Test
    void endsARunOfBatchesWhereTheDictionariesChange() throws Exception {
        DictionarySnapshot other = DictionarySnapshot.of(new DictionaryProvider.MapDictionaryProvider());
        queue.put(item(10));
        queue.put(new BatchQueue.Item(batch(10), other, 10, 0));

        take().batch().close();
        assertThat(queue.take(none, System.nanoTime() + IDLE.toNanos())).isNull();
        assertThat(queue.nextDictionaries()).isSameAs(other);
    }

    @Test
    void freesWhatIsQueuedAndRefusesMoreOnceItIsAborted() throws Exception {
        queue.put(item(900));
        CompletableFuture<Void> blocked = CompletableFuture.runAsync(() -> put(item(900)));
        await().until(() -> allocator.getAllocatedMemory() > 1024);

        queue.abort();

        assertThatThrownBy(blocked::get).hasRootCauseInstanceOf(EiderException.class);
        assertThat(allocator.getAllocatedMemory()).isZero();
    }

    private BatchQueue.Item item(int bytes) {
        return new BatchQueue.Item(batch(bytes), none, bytes, 0);
    }

    private ArrowRecordBatch batch(int bytes) {
        ArrowBuf buffer = allocator.buffer(bytes);
        ArrowRecordBatch batch = new ArrowRecordBatch(1, List.of(), List.of(buffer));
        buffer.close();
        return batch;
    }

    private boolean awaitFill(Duration idle) {
        try {
            return queue.awaitFill(new WriteStep(WriteOptions.DEFAULT), idle);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void put(BatchQueue.Item item) {
        try {
            queue.put(item);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private BatchQueue.Item take() throws InterruptedException {
        BatchQueue.Item item = queue.take(none, System.nanoTime() + IDLE.toNanos());
        assertThat(item).isNotNull();
        return item;
    }
}
