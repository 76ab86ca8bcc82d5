package dev.eider.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A transaction that its writer has given up, but not the database: it goes on when released, on a thread of its own.
 *
 * <p>Owns the real connection from its start on and closes it. Thread-safe.
 */
final class LateCommit {
    private final Connection connection;
    private final FaultyConnection.Request request;
    private final boolean commits;
    private final CompletableFuture<Boolean> goesOn = new CompletableFuture<>();
    private final CompletableFuture<Boolean> applied = new CompletableFuture<>();

    /**
     * @param request what is done before the end
     * @param commits whether it ends in a commit, not in a rollback
     */
    LateCommit(Connection connection, FaultyConnection.Request request, boolean commits) {
        this.connection = connection;
        this.request = request;
        this.commits = commits;
    }

    /** Starts to wait for the release, or for the end of the delay. */
    void start(Optional<Duration> delay) {
        delay.ifPresent(time -> goesOn.completeOnTimeout(true, time.toMillis(), TimeUnit.MILLISECONDS));
        Thread thread = new Thread(this::run, "late-commit");
        thread.setDaemon(true);
        thread.start();
    }

    void release() {
        goesOn.complete(true);
    }

    /** Rolls back, unless it was released. */
    void giveUp() {
        goesOn.complete(false);
    }

    /** Waits for the end and returns whether it was a commit of a change; fails after some patience. */
    boolean await(Duration patience) {
        return applied.copy()
                .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private void run() {
        boolean committed = false;
        try (connection) {
            committed = goesOn.join() ? goOn() : end(false);
        } catch (SQLException e) {
            // Refused by the database, which is an end as well: it shows in what has been applied.
            committed = false;
        } finally {
            applied.complete(committed);
        }
    }

    private boolean goOn() throws SQLException {
        if (connection.getAutoCommit()) {
            return commits && FaultyConnection.isChange(request.run());
        }
        return end(FaultyConnection.isChange(request.run()) && commits);
    }

    private boolean end(boolean commit) throws SQLException {
        if (commit) {
            connection.commit();
        } else if (!connection.getAutoCommit()) {
            connection.rollback();
        }
        return commit;
    }
}
