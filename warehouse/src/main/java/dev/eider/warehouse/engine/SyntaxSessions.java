package dev.eider.warehouse.engine;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.duckdb.DuckDBConnection;

/**
 * DuckDB's parser on a few connections of its own, on which nothing else runs: preparing costs three times what parsing
 * does. Thread-safe; whoever opens it closes it, before the instance and when no call runs.
 */
final class SyntaxSessions implements SyntaxSource, AutoCloseable {
    private static final int MOST_KEPT = 16;

    private final EngineInstance instance;
    private final ConcurrentLinkedQueue<Session> idle = new ConcurrentLinkedQueue<>();
    private final AtomicInteger kept = new AtomicInteger();

    SyntaxSessions(EngineInstance instance) {
        this.instance = instance;
    }

    private record Session(DuckDBConnection connection, PreparedStatement statement) {
        void close() throws SQLException {
            try (connection) {
                statement.close();
            }
        }
    }

    @Override
    public String serialized(String sql) {
        try {
            Session session = take();
            boolean usable = false;
            try {
                String answer = SyntaxSource.serialized(session.statement, sql);
                usable = true;
                return answer;
            } finally {
                giveBack(session, usable);
            }
        } catch (SQLException e) {
            throw SyntaxSource.failed(e);
        }
    }

    private Session take() throws SQLException {
        Session session = idle.poll();
        if (session != null) {
            kept.decrementAndGet();
            return session;
        }
        DuckDBConnection connection = instance.connect();
        try {
            return new Session(connection, SyntaxSource.prepare(connection));
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private void giveBack(Session session, boolean usable) throws SQLException {
        if (!usable) {
            session.close();
        } else if (kept.incrementAndGet() > MOST_KEPT) {
            kept.decrementAndGet();
            session.close();
        } else {
            idle.add(session);
        }
    }

    @Override
    public void close() {
        try {
            for (Session session = idle.poll(); session != null; session = idle.poll()) {
                session.close();
            }
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        }
    }
}
