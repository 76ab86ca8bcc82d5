package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a bounded number of reads at once, and lets a bounded number wait for a bounded time.
 *
 * <p>Thread-safe. Every job that {@link #submit} accepts is answered exactly once, whatever happens.
 */
final class ReadPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReadPool.class);

    private final ReadLimits limits;
    private final RunningCalls running;
    private final ScheduledExecutorService timer;
    private final ThreadPoolExecutor workers;

    ReadPool(ReadLimits limits, RunningCalls running, ScheduledExecutorService timer) {
        this.limits = limits;
        this.running = running;
        this.timer = timer;
        BlockingQueue<Runnable> queue =
                limits.maxQueued() == 0 ? new SynchronousQueue<>() : new LinkedBlockingQueue<>(limits.maxQueued());
        this.workers = new ThreadPoolExecutor(
                limits.maxConcurrent(),
                limits.maxConcurrent(),
                30,
                TimeUnit.SECONDS,
                queue,
                new NamedThreads("eider-read"));
        workers.allowCoreThreadTimeOut(true);
    }

    /** Accepts a job for the call that {@code flow} belongs to, or throws because there are too many. */
    void submit(ClientFlow flow, ReadJob job) {
        RunningCalls.Call call = running.begin(flow::end);
        Entry entry = new Entry(flow, job, call);
        flow.onEnd(entry::leave);
        try {
            workers.execute(entry);
        } catch (RejectedExecutionException full) {
            entry.refuse(full);
        }
    }

    private final class Entry implements Runnable {
        private final ClientFlow flow;
        private final ReadJob job;
        private final RunningCalls.Call call;
        private final AtomicBoolean taken = new AtomicBoolean();

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

        /** Passes the refusal on to whoever submitted the job, unless the client has left meanwhile. */
        void refuse(RejectedExecutionException full) {
            if (taken.compareAndSet(false, true)) {
                expiry.cancel(false);
                call.close();
                throw new EiderException(
                        ErrorCode.OVERLOADED,
                        limits.maxConcurrent() + " reads are running and " + limits.maxQueued() + " are waiting",
                        full);
            }
        }

        private void leave(EiderException reason) {
            if (taken.compareAndSet(false, true)) {
                expiry.cancel(false);
                workers.remove(this);
                answer(reason);
            }
        }

        @Override
        public void run() {
            if (taken.compareAndSet(false, true)) {
                expiry.cancel(false);
                Throwable failure = attempt();
                answer(failure);
                if (failure instanceof VirtualMachineError fatal) {
                    throw fatal;
                }
            }
        }

        private @Nullable Throwable attempt() {
            try {
                flow.check();
                job.run();
                return null;
            } catch (Throwable failure) {
                return flow.reasonOr(failure);
            }
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
        try {
            if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("Reads did not end, running={}", workers.getActiveCount());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
