package dev.eider.warehouse.read;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The columns of queries that were described lately: clients describe a statement each time before they run it.
 *
 * <p>What columns a statement has follows from its text and from the schemas of its tables, never from their rows.
 * Bounded in number; thread-safe.
 */
final class DescribedQueries {
    private static final int CAPACITY = 256;
    private static final int MAX_TEXT = 16_384;
    private static final int MAX_COLUMNS = 1_000;

    private final Map<Key, Schema> recent = new LinkedHashMap<>(16, 0.75f, true);

    /** A table under one of its schemas; a schema never changes. */
    private record Shape(String tableUuid, int schemaId, Facet facet) {}

    private record Key(String sql, List<Shape> tables) {}

    /** Returns the columns of a query, from {@code describe} if nobody asked lately. */
    Schema of(BoundQuery query, Supplier<Schema> describe) {
        Key key = new Key(
                query.sql(),
                query.pins().stream()
                        .map(pin -> new Shape(pin.tableUuid(), pin.schemaId(), pin.facet()))
                        .toList());
        synchronized (recent) {
            Schema known = recent.get(key);
            if (known != null) {
                return known;
            }
        }
        Schema described = describe.get();
        if (query.sql().length() <= MAX_TEXT && described.getFields().size() <= MAX_COLUMNS) {
            synchronized (recent) {
                recent.put(key, described);
                if (recent.size() > CAPACITY) {
                    recent.remove(recent.keySet().iterator().next());
                }
            }
        }
        return described;
    }
}
