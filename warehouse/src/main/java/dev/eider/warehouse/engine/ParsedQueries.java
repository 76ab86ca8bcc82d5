package dev.eider.warehouse.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Queries that passed the gate, by their text: a statement is parsed when it is bound and again when it runs, and many
 * are sent over and over. What a text means to the parser never changes. Keeps the most recently used. Thread-safe.
 */
final class ParsedQueries {
    private static final int CAPACITY = 256;
    private static final int MAX_LENGTH = 16_384;
    private static final long MAX_BYTES = 16L << 20;

    private final SyntaxSource source;
    private final SqlParser parser = new SqlParser();
    private final Map<String, ParsedQuery> recent = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    ParsedQueries(SyntaxSource source) {
        this.source = source;
    }

    /** Returns DuckDB's parser. */
    SyntaxSource source() {
        return source;
    }

    /** Returns the parsed query, or throws what the parser and the gate throw. */
    ParsedQuery parse(String sql) {
        synchronized (recent) {
            ParsedQuery known = recent.get(sql);
            if (known != null) {
                return known;
            }
        }
        ParsedQuery query = parser.parse(source, sql);
        if (sql.length() <= MAX_LENGTH && query.size() <= MAX_BYTES / 8) {
            synchronized (recent) {
                ParsedQuery other = recent.put(sql, query);
                bytes += query.size() - (other == null ? 0 : other.size());
                while (recent.size() > CAPACITY || bytes > MAX_BYTES) {
                    ParsedQuery oldest =
                            recent.remove(recent.keySet().iterator().next());
                    bytes -= oldest == null ? 0 : oldest.size();
                }
            }
        }
        return query;
    }
}
