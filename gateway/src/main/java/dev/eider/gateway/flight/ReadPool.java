package dev.eider.gateway.flight;

import dev.eider.catalog.DaemonThreads;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.Cancellation;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.arrow.flight.FlightRuntimeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a bounded number of reads at once, and lets a bounded number wait for a bounded time.
 *
 * <p>Some places are reserved: reads that have to wait are looked at there in their order, and those that are small run
 * there at once, before large ones that came earlier. So large reads never keep small ones from running. Thread-safe. Every job that {@link #submit} accepts is answered exactly once, whatever happens.
 */
final class ReadPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadPool.class);
    private static final long INSPECTION_MILLIS = 500;

    private final ReadLimits limits;
    private final RunningCalls running;
    private final ScheduledExecutorService timer;
    private final int places;
    private final ThreadPoolExecutor workers;
    /** Looks for small reads among those that wait; its queue is bounded by theirs. */
    private final ThreadPoolExecutor reserve;
    /** Reads that are running or waiting, those that run in the reserve left out. */
    private final AtomicInteger accepted = new AtomicInteger();

    /**
     * Creates a pool.
     *
     * @param reserved how many of the places are for small reads alone; less than all
     */
    ReadPool(String name, ReadLimits limits, int reserved, RunningCalls running, ScheduledExecutorService timer) {
        this.limits = limits;
        this.running = running;
        this.timer = timer;
        BlockingQueue<Runnable> queue =
                limits.maxQueued() == 0 ? new SynchronousQueue<>() : new LinkedBlockingQueue<>(limits.maxQueued());
        this.places = limits.maxConcurrent() - reserved;
        this.workers = threads(places, queue, name);
        this.reserve = threads(reserved, new LinkedBlockingQueue<>(), name + "-small");
    }

    private static ThreadPoolExecutor threads(int count, BlockingQueue<Runnable> queue, String name) {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                count, Math.max(1, count), 30, TimeUnit.SECONDS, queue, DaemonThreads.named(name));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /** Accepts a job for the call that {@code flow} belongs to, or throws because there are too many. */
    void submit(ClientFlow flow, ReadJob job) {
        RunningCalls.Call call = running.begin(flow::end);
        Entry entry = new Entry(flow, job, call);
        flow.onEnd(entry::leave);
        boolean waits = accepted.incrementAndGet() > places;
        try {
            workers.execute(entry);
        } catch (RejectedExecutionException full) {
            entry.refuse(full);
            return;
        }
        if (waits && places < limits.maxConcurrent()) {
            inspect(entry);
        }
    }

    private void inspect(Entry entry) {
        try {
            reserve.execute(entry.inspection);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("A read stays where it waits, the server has stopped", stopped);
        }
    }

    /** Does work for a call whose own thread waits for the answer: here, when its turn comes. */
    <T> T call(ClientFlow flow, Function<Cancellation, T> work) {
        Answer<T> answer = new Answer<>(work);
        submit(flow, answer);
        try {
            return answer.result.get();
        } catch (ExecutionException failed) {
            throw (FlightRuntimeException) Objects.requireNonNull(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EiderException(ErrorCode.CANCELLED, "The call was interrupted", interrupted);
        }
    }

    /** A job whose outcome somebody waits for. */
    private static final class Answer<T> implements ReadJob {
        private final Function<Cancellation, T> work;
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private volatile @Nullable T value;

        Answer(Function<Cancellation, T> work) {
            this.work = work;
        }

        @Override
        public void run(Cancellation cancellation) {
            value = work.apply(cancellation);
        }

        @Override
        public void succeed() {
            result.complete(Objects.requireNonNull(value));
        }

        @Override
        public void fail(FlightRuntimeException failure) {
            result.completeExceptionally(failure);
        }
    }

    private final class Entry implements Runnable {
        private final ClientFlow flow;
        private final ReadJob job;
        private final RunningCalls.Call call;
        private final AtomicBoolean taken = new AtomicBoolean();
        private final Cancellation inspected = new Cancellation();
        private final Runnable inspection = this::runIfSmall;
        private final Future<?> expiry;

        Entry(ClientFlow flow, ReadJob job, RunningCalls.Call call) {
            this.flow = flow;
            this.job = job;
            this.call = call;
            this.expiry = timer.schedule(this::expire, limits.queueTimeout().toMillis(), TimeUnit.MILLISECONDS);
        }

        private void expire() {
            leave(new EiderException(
                    ErrorCode.TIMED_OUT,
                    "No turn came within " + limits.queueTimeout().toSeconds() + " s, too many reads are running"));
        }

        /** Returns whether this is the first to take the read from those that wait. */
        private boolean take() {
            if (!taken.compareAndSet(false, true)) {
                return false;
            }
            expiry.cancel(false);
            inspected.cancel();
            reserve.remove(inspection);
            return true;
        }

        /** Passes the refusal on to whoever submitted the job, unless the client has left meanwhile. */
        void refuse(RejectedExecutionException full) {
            if (take()) {
                accepted.decrementAndGet();
                call.close();
                throw new EiderException(
                        ErrorCode.OVERLOADED,
                        limits.maxConcurrent() + " reads are running and " + limits.maxQueued() + " are waiting",
                        full);
            }
        }

        private void leave(EiderException reason) {
            if (take()) {
                workers.remove(this);
                accepted.decrementAndGet();
                answer(reason);
            }
        }

        @Override
        public void run() {
            if (take()) {
                Throwable failure = attempt();
                accepted.decrementAndGet();
                finish(failure);
            }
        }

        private void runIfSmall() {
            if (!taken.get() && isSmall() && take()) {
                workers.remove(this);
                accepted.decrementAndGet();
                finish(attempt());
            }
        }

        /** What takes long to find out is not small: the next in the queue must not wait for it. */
        private boolean isSmall() {
            Future<?> limit = timer.schedule(inspected::cancel, INSPECTION_MILLIS, TimeUnit.MILLISECONDS);
            try {
                return job.isSmall(inspected);
            } catch (EiderException refused) {
                // It will be refused when it runs, too: the sooner the better.
                LOG.debug("A read that waits cannot be planned", refused);
                return refused.code() != ErrorCode.CANCELLED;
            } catch (RuntimeException | StackOverflowError broken) {
                LOG.debug("A read that waits is run to show what is wrong with it", broken);
                return true;
            } finally {
                limit.cancel(false);
            }
        }

        private void finish(@Nullable Throwable failure) {
            answer(failure);
            if (failure instanceof VirtualMachineError fatal) {
                throw fatal;
            }
        }

        private @Nullable Throwable attempt() {
            Cancellation cancellation = new Cancellation();
            Future<?> limit = statementLimit();
            try (ClientFlow.Step step = flow.onEnd(reason -> cancellation.cancel())) {
                flow.check();
                job.run(cancellation);
                return null;
            } catch (Throwable failure) {
                return flow.reasonOr(failure);
            } finally {
                limit.cancel(false);
            }
        }

        private Future<?> statementLimit() {
            Duration timeout = limits.statementTimeout();
            if (timeout.isZero() || job.isEndless()) {
                return CompletableFuture.completedFuture(null);
            }
            return timer.schedule(
                    () -> flow.end(new EiderException(
                            ErrorCode.TIMED_OUT,
                            "The statement took longer than %d ms, the limit of read.statement-timeout"
                                    .formatted(timeout.toMillis()))),
                    timeout.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        private void answer(@Nullable Throwable failure) {
            try (call) {
                if (failure == null) {
                    job.succeed();
                } else {
                    job.fail(FlightErrors.toFlight(failure));
                }
            } catch (RuntimeException gone) {
                LOG.debug("The client left before its answer", gone);
            }
        }
    }

    /** Stops the workers; jobs that have not begun stay with their callers, who have left by then. */
    @Override
    public void close() {
        workers.shutdownNow();
        reserve.shutdownNow();
        try {
            if (!workers.awaitTermination(10, TimeUnit.SECONDS) || !reserve.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("Reads did not end, running={}", workers.getActiveCount());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
