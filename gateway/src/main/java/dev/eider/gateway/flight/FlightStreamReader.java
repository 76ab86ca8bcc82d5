package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.DictionaryUtility;

/**
 * Shows the rows that a client uploads as an {@link ArrowReader}, without copying them.
 *
 * <p>Confined to one thread, except that {@link Interruptible#breakOff} ends the wait for the client. The stream stays its
 * owner's; its dictionaries may change in place between batches.
 */
final class FlightStreamReader extends ArrowReader {
    private static final Duration SCHEMA_DELAY = Duration.ofMillis(20);

    private final FlightStream stream;
    private final Interruptible waiting;
    private final LoadCheck loads;
    private boolean firstIsLoaded;
    private boolean ended;

    FlightStreamReader(FlightStream stream, Interruptible waiting, LoadCheck loads, BufferAllocator allocator) {
        super(allocator);
        this.stream = stream;
        this.waiting = waiting;
        this.loads = loads;
    }

    /**
     * Waits for the schema, and says so when the stream ends without one.
     *
     * <p>Must come before anything else: Flight itself would wait for ever for the schema of a client that ends without
     * having sent one.
     */
    void awaitSchema() {
        if (waiting.call(this::comesWithItsDescriptor)) {
            return;
        }
        ended = !advance();
        firstIsLoaded = !ended;
        if (ended && !stream.hasRoot()) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "The stream ended without a schema");
        }
    }

    /** Clients send both in one message, but Flight publishes the schema a moment after the descriptor. */
    private boolean comesWithItsDescriptor() {
        long deadline = System.nanoTime() + SCHEMA_DELAY.toNanos();
        while (!stream.hasRoot() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(100_000);
        }
        return stream.hasRoot();
    }

    private boolean advance() {
        try {
            loads.begin();
            boolean more = waiting.call(stream::next);
            while (more && !stream.hasRoot()) {
                more = waiting.call(stream::next);
            }
            if (more) {
                loads.check(stream.getRoot(), stream.getDictionaryProvider());
            }
            return more;
        } catch (EiderException | OutOfMemoryException known) {
            throw known;
        } catch (FlightRuntimeException broken) {
            throw new EiderException(ErrorCode.CANCELLED, "The client broke off the stream", broken);
        } catch (RuntimeException | AssertionError | StackOverflowError malformed) {
            // Flight loads dictionaries by recursion, and Arrow asserts what a client may have made up.
            throw new EiderException(ErrorCode.INVALID_DATA, "The stream holds a malformed Arrow message", malformed);
        }
    }

    @Override
    protected Schema readSchema() {
        Set<Long> used = new HashSet<>();
        Schema schema = stream.getSchema();
        List<Field> fields = schema.getFields().stream()
                .map(field -> DictionaryUtility.toMessageFormat(field, stream.getDictionaryProvider(), used))
                .toList();
        return new Schema(fields, schema.getCustomMetadata());
    }

    @Override
    public boolean loadNextBatch() throws java.io.IOException {
        prepareLoadNextBatch();
        if (ended) {
            return false;
        }
        if (!firstIsLoaded && !advance()) {
            ended = true;
            return false;
        }
        firstIsLoaded = false;
        loadRecordBatch(new VectorUnloader(stream.getRoot(), true, true).getRecordBatch());
        return true;
    }

    @Override
    public Map<Long, Dictionary> getDictionaryVectors() {
        Map<Long, Dictionary> dictionaries = new HashMap<>();
        for (long id : stream.getDictionaryProvider().getDictionaryIds()) {
            dictionaries.put(id, stream.getDictionaryProvider().lookup(id));
        }
        return dictionaries;
    }

    @Override
    public Dictionary lookup(long id) {
        return stream.getDictionaryProvider().lookup(id);
    }

    @Override
    public Set<Long> getDictionaryIds() {
        return stream.getDictionaryProvider().getDictionaryIds();
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {}
}
