package dev.eider.warehouse.engine;

import java.sql.Connection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Queries that passed the gate, by their text: a statement is parsed when it is bound and again when it runs, and many
 * are sent over and over. What a text means to the parser never changes. Keeps the most recently used. Thread-safe.
 */
final class ParsedQueries {
    private static final int CAPACITY = 256;
    private static final int MAX_LENGTH = 16_384;

    private final SqlParser parser = new SqlParser();
    private final Map<String, ParsedQuery> recent = new LinkedHashMap<>(16, 0.75f, true);

    /** Returns the parsed query, or throws what the parser and the gate throw. */
    ParsedQuery parse(Connection connection, String sql) {
        synchronized (recent) {
            ParsedQuery known = recent.get(sql);
            if (known != null) {
                return known;
            }
        }
        ParsedQuery query = parser.parse(connection, sql);
        if (sql.length() <= MAX_LENGTH) {
            synchronized (recent) {
                recent.put(sql, query);
                if (recent.size() > CAPACITY) {
                    recent.remove(recent.keySet().iterator().next());
                }
            }
        }
        return query;
    }
}
