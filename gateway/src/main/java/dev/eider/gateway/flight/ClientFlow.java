package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one call: whether it keeps up with what it is sent, and whether it is still there.
 *
 * <p>Exists before any handler sees the call, so no cancellation is missed however early it comes. Thread-safe. Waiting
 * must happen off the thread that gRPC lends to the call, which also delivers the news that is waited for.
 */
final class ClientFlow {
    private static final Context.Key<ClientFlow> KEY = Context.key("eider-client-flow");

    private final ServerCall<?, ?> call;
    private final Object endLock = new Object();
    private final Metadata trailers = new Metadata();
    private @Nullable Consumer<EiderException> onEnd;
    private volatile @Nullable EiderException ended;

    private ClientFlow(ServerCall<?, ?> call) {
        this.call = call;
    }

    /** Gives every call of a server its flow. */
    static final class Interceptor implements io.grpc.ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, io.grpc.ServerCallHandler<Q, A> next) {
            ClientFlow flow = new ClientFlow(call);
            // A call whose own thread waits for its answer hears of the end in this way only.
            Context.current().addListener(ended -> flow.end(reason(ended)), Runnable::run);
            Context context = Context.current().withValue(KEY, flow);
            ServerCall.Listener<Q> listener =
                    io.grpc.Contexts.interceptCall(context, new TrailingCall<>(call, flow), headers, next);
            return new FlowListener<>(listener, flow);
        }
    }

    private static EiderException reason(Context ended) {
        return ended.cancellationCause() instanceof TimeoutException
                ? new EiderException(ErrorCode.TIMED_OUT, "The deadline of the call is over")
                : new EiderException(ErrorCode.CANCELLED, "The client cancelled the call");
    }

    private static final class TrailingCall<Q, A> extends SimpleForwardingServerCall<Q, A> {
        private final ClientFlow flow;

        TrailingCall(ServerCall<Q, A> call, ClientFlow flow) {
            super(call);
            this.flow = flow;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            synchronized (flow.trailers) {
                trailers.merge(flow.trailers);
            }
            super.close(status, trailers);
        }
    }

    private static final class FlowListener<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ClientFlow flow;

        FlowListener(ServerCall.Listener<Q> listener, ClientFlow flow) {
            super(listener);
            this.flow = flow;
        }

        @Override
        public void onReady() {
            flow.wake();
            super.onReady();
        }

        @Override
        public void onCancel() {
            flow.end(new EiderException(ErrorCode.CANCELLED, "The client cancelled the call"));
            super.onCancel();
        }

        /** gRPC itself may end a call, when it cannot take a message: nobody else would tell who waits for the next. */
        @Override
        public void onComplete() {
            flow.end(new EiderException(ErrorCode.CANCELLED, "The call has ended"));
            super.onComplete();
        }
    }

    /** Returns the flow of the call that the current thread works for; only the thread that was given the call knows. */
    static ClientFlow current() {
        return Objects.requireNonNull(KEY.get(), "Called outside of a call");
    }

    /**
     * Sets what breaks off the current step of the work when the call ends early; it runs at once if the call has ended.
     * Once the returned handle is closed, it neither runs nor is running.
     */
    Step onEnd(Consumer<EiderException> action) {
        synchronized (endLock) {
            onEnd = action;
            EiderException reason = ended;
            if (reason != null) {
                action.accept(reason);
            }
        }
        return new Step(action);
    }

    /** A step of the work that can be broken off. */
    final class Step implements AutoCloseable {
        private final Consumer<EiderException> action;

        private Step(Consumer<EiderException> action) {
            this.action = action;
        }

        @Override
        public void close() {
            synchronized (endLock) {
                if (onEnd == action) {
                    onEnd = null;
                }
            }
        }
    }

    /** Ends the call early: the client left, or the server stops. Only the first reason counts. */
    void end(EiderException reason) {
        synchronized (endLock) {
            if (ended != null) {
                return;
            }
            ended = reason;
            if (onEnd != null) {
                onEnd.accept(reason);
            }
        }
        wake();
    }

    private synchronized void wake() {
        notifyAll();
    }

    /** Throws the reason why the call ended early, if it did. */
    void check() {
        EiderException reason = ended;
        if (reason != null) {
            throw reason;
        }
    }

    /**
     * Returns the reason why the call ended early, or else {@code failure}: one is often the consequence of the other. An
     * outcome that is unknown stays so: the reason would say that the call may be repeated.
     */
    Throwable reasonOr(Throwable failure) {
        EiderException reason = ended;
        boolean unknown = failure instanceof EiderException known && known.code() == ErrorCode.OUTCOME_UNKNOWN;
        return reason == null || unknown ? failure : reason;
    }

    /** Returns whether the client has room for more now. */
    boolean isReady() {
        return ended == null && call.isReady();
    }

    /** Returns whether the call has ended early. */
    boolean isEnded() {
        return ended != null;
    }

    /** Waits until the client has room for more; throws when it stays away too long or the call ends early. */
    synchronized void awaitReady(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            check();
            if (call.isReady()) {
                return;
            }
            long millis = (deadline - System.nanoTime() + 999_999) / 1_000_000;
            if (millis <= 0) {
                throw new EiderException(
                        ErrorCode.TIMED_OUT, "The client took no rows for " + timeout.toSeconds() + " s");
            }
            try {
                wait(millis);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new EiderException(ErrorCode.CANCELLED, "The call was interrupted", interrupted);
            }
        }
    }

    /** Adds an ASCII value that the client receives at the end of the call. */
    void addTrailer(String name, String value) {
        synchronized (trailers) {
            trailers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        }
    }
}
