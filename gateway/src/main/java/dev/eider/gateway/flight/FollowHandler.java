package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.auth.Caller;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers tickets that follow a table, with streams that end only when somebody ends them. Thread-safe. */
final class FollowHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FollowHandler.class);
    /** One that waits takes some kilobytes, and a turn of the timer for its heartbeat. */
    private static final int MOST_FOLLOWERS = 1_000;

    private final Follower.Tools tools;
    private final BufferAllocator allocator;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private final AtomicLong count = new AtomicLong();

    FollowHandler(Follower.Tools tools, BufferAllocator allocator) {
        this.tools = tools;
        this.allocator = allocator;
    }

    /** Begins to send what is committed to a table, on threads of the pool of reads. */
    void follow(Caller caller, FollowRequest request, ServerStreamListener listener) {
        if (followers.size() >= MOST_FOLLOWERS) {
            throw new EiderException(ErrorCode.OVERLOADED, MOST_FOLLOWERS + " streams follow tables already");
        }
        LOG.debug("Follows a table, caller={} table={}", caller.name(), request.table());
        BufferAllocator ours = allocator.newChildAllocator("follow-" + count.incrementAndGet(), 0, Long.MAX_VALUE);
        Follower follower = new Follower(
                tools, request, listener, ClientFlow.current(), new FollowSink(listener, ours), followers::remove);
        followers.add(follower);
        follower.start();
    }

    /** Ends all streams: their clients come back to another server, or to this one once it runs again. */
    void stop() {
        EiderException reason = new EiderException(ErrorCode.SHUTTING_DOWN, "The server is stopping");
        List.copyOf(followers).forEach(follower -> follower.stop(reason));
    }
}
