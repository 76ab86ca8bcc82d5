package dev.eider.warehouse.scan;

import dev.eider.catalog.DaemonThreads;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.storage.Locations;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which buckets the engine reaches: not all that this process reaches, because it has other certificates and proxies.
 *
 * <p>Found out at the first file of each, and again some time after a failure, on a thread of its own: a server that
 * does not answer holds no query up for long. Thread-safe.
 */
final class ReachedBuckets {
    private static final Logger LOG = LoggerFactory.getLogger(ReachedBuckets.class);
    private static final Duration ANOTHER_TRY = Duration.ofMinutes(5);
    private static final long POLL_MILLIS = 20;
    private static final int THREADS = 8;
    /** What a server's answers, or their absence, can come to; anything else is about the file. */
    private static final Set<ErrorCode> UNREACHED =
            EnumSet.of(ErrorCode.STORAGE_FAILED, ErrorCode.OVERLOADED, ErrorCode.FORBIDDEN);

    private final Reader reader;
    private final Duration patience;
    private final ExecutorService threads = DaemonThreads.pool("eider-bucket-probe", THREADS);
    private final Map<String, Probe> probes = new ConcurrentHashMap<>();

    /**
     * Creates what knows of no bucket yet.
     *
     * @param patience how long a query waits for the first answer of a bucket
     */
    ReachedBuckets(Reader reader, Duration patience) {
        this.reader = reader;
        this.patience = patience;
    }

    /** Has the engine read a little of a file. */
    @FunctionalInterface
    interface Reader {
        void read(String location);
    }

    /** One attempt to read in a bucket. */
    private static final class Probe {
        private final CountDownLatch ended = new CountDownLatch(1);
        private final long patientUntil;
        private volatile boolean reached;
        private volatile long endedAt;

        Probe(Duration patience) {
            this.patientUntil = System.nanoTime() + patience.toNanos();
        }

        boolean isOutdated() {
            return ended.getCount() == 0 && !reached && System.nanoTime() - endedAt > ANOTHER_TRY.toNanos();
        }

        void end(boolean success) {
            reached = success;
            endedAt = System.nanoTime();
            ended.countDown();
        }
    }

    /**
     * Returns whether the engine can read files of a bucket.
     *
     * @param location of a file that is read if that is not known yet
     * @param requireWanted asked now and then; what it throws ends this
     */
    boolean reaches(String location, Runnable requireWanted) {
        Probe probe = probes.compute(Locations.bucket(location), (bucket, known) -> {
            if (known != null && !known.isOutdated()) {
                return known;
            }
            Probe begun = new Probe(known == null ? patience : Duration.ZERO);
            threads.execute(() -> ask(bucket, location, begun));
            return begun;
        });
        try {
            while (System.nanoTime() - probe.patientUntil < 0
                    && !probe.ended.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                requireWanted.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EiderException(ErrorCode.CANCELLED, "The query was cancelled", e);
        }
        return probe.reached;
    }

    private void ask(String bucket, String location, Probe probe) {
        boolean reached = false;
        try {
            reader.read(location);
            reached = true;
        } catch (EiderException e) {
            LOG.warn("The engine does not reach a bucket: its files come to this host, bucket={}", bucket, e);
            if (!UNREACHED.contains(e.code())) {
                probes.remove(bucket, probe);
            }
        } catch (RuntimeException e) {
            LOG.warn("The engine did not try to reach a bucket: its files come to this host, bucket={}", bucket, e);
            probes.remove(bucket, probe);
        } finally {
            probe.end(reached);
        }
    }
}
