package dev.eider.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * Some writers append to one table of one contender, each the next append as soon as the last was answered, until each
 * has made its appends or time is up. Runs once.
 */
final class WriterCell {
    /** A writer that waits for its turn still gets it; one that does not come to an end is interrupted. */
    private static final long DRAIN_SECONDS = 20;

    private final AppendContender contender;
    private final String table;
    private final Load load;
    private final BufferAllocator allocator;
    private final Map<Long, Fate> fates = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Long> acknowledgedAt = new ConcurrentLinkedQueue<>();
    private volatile boolean interrupted;
    private final AtomicLong next = new AtomicLong();
    private final AtomicReference<Exception> firstFailure = new AtomicReference<>();

    /** What became of an append. */
    enum Fate {
        ACKNOWLEDGED,
        REFUSED,
        UNKNOWN,
        /** Still waiting long after time was up, and interrupted. */
        OPEN
    }

    /**
     * How much is appended.
     *
     * @param appends how many each writer makes at most
     * @param rows of each append
     * @param seconds after which no further append begins
     */
    record Load(int writers, int appends, int rows, int seconds) {}

    /**
     * What came of it.
     *
     * @param fates of every append that began, by its number: its rows' ids count from number times rows
     * @param perSecond acknowledgements a second, until the last one or until time was up
     * @param processorMillis processor time that the whole process took meanwhile, the writers' own work included
     */
    record Result(
            Load load,
            Map<Long, Fate> fates,
            double perSecond,
            long processorMillis,
            Latencies latencies,
            Optional<Exception> failure) {
        long count(Fate fate) {
            return fates.values().stream().filter(fate::equals).count();
        }

        double processorMillisEach() {
            return (double) processorMillis / Math.max(1, count(Fate.ACKNOWLEDGED));
        }

        long failures() {
            return count(Fate.REFUSED) + count(Fate.UNKNOWN);
        }
    }

    WriterCell(AppendContender contender, String table, Load load, BufferAllocator allocator) {
        this.contender = contender;
        this.table = table;
        this.load = load;
        this.allocator = allocator;
    }

    /** Runs the writers; returns once all of them have ended. */
    Result run() throws Exception {
        List<AppendContender.Lane> lanes = new ArrayList<>();
        contender.create(table);
        for (int i = 0; i < load.writers(); i++) {
            lanes.add(contender.lane(table));
        }
        ExecutorService writers = Executors.newFixedThreadPool(load.writers(), WriterCell::daemon);
        CountDownLatch start = new CountDownLatch(1);
        long processor = Environment.processorNanos();
        long started = System.nanoTime();
        long deadline = started + TimeUnit.SECONDS.toNanos(load.seconds());
        for (AppendContender.Lane lane : lanes) {
            writers.execute(() -> write(lane, start, deadline));
        }
        start.countDown();
        end(writers);
        for (AppendContender.Lane lane : lanes) {
            lane.close();
        }
        return result(started, deadline, Environment.processorNanos() - processor);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "writer");
        thread.setDaemon(true);
        return thread;
    }

    private void end(ExecutorService writers) throws InterruptedException {
        writers.shutdown();
        if (!writers.awaitTermination(load.seconds() + DRAIN_SECONDS, TimeUnit.SECONDS)) {
            interrupted = true;
            writers.shutdownNow();
            if (!writers.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(contender.name() + ": an append does not end, even when interrupted");
            }
        }
    }

    private void write(AppendContender.Lane lane, CountDownLatch start, long deadline) {
        try {
            start.await();
            for (int i = 0; i < load.appends() && System.nanoTime() < deadline; i++) {
                append(lane, next.getAndIncrement());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void append(AppendContender.Lane lane, long number) {
        fates.put(number, Fate.UNKNOWN);
        try (ArrowReader rows = new NumberedRows(allocator, number * load.rows(), load.rows())) {
            long asked = System.nanoTime();
            lane.append(rows);
            long answered = System.nanoTime();
            fates.put(number, Fate.ACKNOWLEDGED);
            latencies.add(answered - asked);
            acknowledgedAt.add(answered);
        } catch (Exception e) {
            if (interrupted) {
                fates.put(number, Fate.OPEN);
                return;
            }
            fates.put(number, e instanceof AppendContender.Refused ? Fate.REFUSED : Fate.UNKNOWN);
            firstFailure.compareAndSet(null, e);
        }
    }

    private Result result(long started, long deadline, long processorNanos) {
        long last = acknowledgedAt.stream().mapToLong(Long::longValue).max().orElse(deadline);
        long end = Math.min(last, deadline);
        long inTime = acknowledgedAt.stream().filter(at -> at <= end).count();
        return new Result(
                load,
                Map.copyOf(fates),
                inTime * 1e9 / (end - started),
                TimeUnit.NANOSECONDS.toMillis(processorNanos),
                Latencies.ofNanos(latencies),
                Optional.ofNullable(firstFailure.get()));
    }
}
