package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ReachedBucketsTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Runnable WANTED = () -> {};

    private final AtomicInteger asked = new AtomicInteger();

    private ReachedBuckets buckets(ReachedBuckets.Reader reader, Duration patience) {
        return new ReachedBuckets(
                location -> {
                    asked.incrementAndGet();
                    reader.read(location);
                },
                patience);
    }

    @Test
    void areAskedOnceByAllQueries() {
        ReachedBuckets buckets = buckets(location -> {}, LONG);

        assertThat(IntStream.range(0, 100)
                        .parallel()
                        .mapToObj(i -> buckets.reaches("s3://lake-a/lake/%d.parquet".formatted(i), WANTED)))
                .containsOnly(true);
        assertThat(asked).hasValue(1);
        assertThat(buckets.reaches("s3://lake-b/lake/1.parquet", WANTED)).isTrue();
        assertThat(asked).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource({
        "STORAGE_FAILED, 1",
        "OVERLOADED, 1",
        "FORBIDDEN, 1",
        // The file's fault, maybe: the next one may be there.
        "VERSION_NOT_FOUND, 2",
        "INVALID_SQL, 2"
    })
    void areNotAskedAgainSoonAfterTheyAnsweredBadly(ErrorCode code, int times) {
        ReachedBuckets buckets = buckets(
                location -> {
                    throw new EiderException(code, "by the test");
                },
                LONG);

        assertThat(List.of(
                        buckets.reaches("s3://lake-a/1.parquet", WANTED),
                        buckets.reaches("s3://lake-a/2.parquet", WANTED)))
                .containsOnly(false);
        assertThat(asked).hasValue(times);
    }

    @Test
    void areAskedAgainAfterAnErrorOfThisProcess() {
        ReachedBuckets buckets = buckets(
                location -> {
                    throw new IllegalStateException("by the test");
                },
                LONG);

        assertThat(buckets.reaches("s3://lake-a/1.parquet", WANTED)).isFalse();
        assertThat(buckets.reaches("s3://lake-a/1.parquet", WANTED)).isFalse();
        assertThat(asked).hasValue(2);
    }

    @Test
    void holdNobodyUpWhileTheyDoNotAnswer() {
        CountDownLatch answer = new CountDownLatch(1);
        ReachedBuckets buckets = buckets(location -> awaitUninterrupted(answer), Duration.ofMillis(100));

        for (int query = 0; query < 3; query++) {
            assertThat(buckets.reaches("s3://lake-a/1.parquet", WANTED)).isFalse();
        }
        assertThat(asked).hasValue(1);
        answer.countDown();
        await().until(() -> buckets.reaches("s3://lake-a/1.parquet", WANTED));
        assertThat(asked).hasValue(1);
    }

    @Test
    void holdNoCancelledQueryUp() {
        CountDownLatch answer = new CountDownLatch(1);
        ReachedBuckets buckets = buckets(location -> awaitUninterrupted(answer), LONG);

        assertThatThrownBy(() -> buckets.reaches("s3://lake-a/1.parquet", () -> {
                    throw new EiderException(ErrorCode.CANCELLED, "by the test");
                }))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        answer.countDown();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
