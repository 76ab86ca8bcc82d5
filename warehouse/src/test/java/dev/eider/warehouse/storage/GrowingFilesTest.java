package dev.eider.warehouse.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GrowingFilesTest {
    @TempDir
    private Path directory;

    @Test
    void areNotBegunWithoutRoom() throws IOException, InterruptedException {
        Files.writeString(directory.resolve("1.parquet"), "rows");
        CountDownLatch asked = new CountDownLatch(3);
        GrowingFiles files = GrowingFiles.follow(directory, this::begin, () -> {
            asked.countDown();
            return false;
        });
        asked.await();

        assertThat(files.end()).isEmpty();
    }

    @Test
    void areSentNoFurtherOnceTheyHaveEnded() throws IOException, InterruptedException {
        Path file = directory.resolve("1.parquet");
        Files.write(file, new byte[64 << 20]);
        InMemoryOutputFile object = new InMemoryOutputFile("s3://a/1.parquet");
        CountDownLatch piece = new CountDownLatch(2);
        CountDownLatch ends = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        GrowingFiles files = GrowingFiles.follow(directory, any -> Upload.begin(file, object), () -> {
            piece.countDown();
            if (piece.getCount() == 0 && !ended.get()) {
                awaitQuietly(ends);
            }
            return true;
        });
        piece.await();
        Thread ending = new Thread(() -> {
            try {
                for (Upload upload : files.end().values()) {
                    upload.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        ending.start();
        await().until(() -> ending.getState() == Thread.State.WAITING);
        ended.set(true);
        ends.countDown();
        ending.join();

        assertThat(object.toByteArray().length).isLessThan(1 << 20);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Upload begin(Path file) throws IOException {
        return Upload.begin(file, new InMemoryOutputFile("s3://a/" + file.getFileName()));
    }
}
