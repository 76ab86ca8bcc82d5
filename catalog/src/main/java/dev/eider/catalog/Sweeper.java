package dev.eider.catalog;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes retired files whose grace period is over and which no long read needs, and forgets old rows of Eider's own
 * tables. Several processes may do so at once. Thread-safe.
 */
final class Sweeper {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final int FILES_AT_ONCE = 2_000;

    private final CatalogDatabase database;
    private final UpkeepConfig config;
    private final Clock clock;
    private final FileIO files;

    Sweeper(CatalogDatabase database, UpkeepConfig config, Clock clock, FileIO files) {
        this.database = database;
        this.config = config;
        this.clock = clock;
        this.files = files;
    }

    /** Removes what is due now; what fails is tried again next time. */
    void sweep() {
        try {
            Instant now = clock.instant();
            Failures failures = new Failures();
            List<String> due = due(now);
            while (!due.isEmpty()) {
                List<String> gone = remove(due, failures);
                List<String> left = new ArrayList<>(due);
                left.removeAll(new HashSet<>(gone));
                database.transact(connection -> {
                    RetiredFiles.forget(connection, gone);
                    // Later than what is due now, so that they do not stand in the way of others.
                    RetiredFiles.postpone(connection, left, now);
                    return gone.size();
                });
                due = due.size() < FILES_AT_ONCE ? List.of() : due(now);
            }
            failures.warn();
            forget(now);
        } catch (SQLException | RuntimeException e) {
            LOG.warn("Retired files were not swept, the next round tries again: {}", e.getMessage());
            LOG.debug("Retired files were not swept", e);
        }
    }

    private List<String> due(Instant now) throws SQLException {
        return database.run(connection -> RetiredFiles.due(connection, now, FILES_AT_ONCE));
    }

    /** The files of one round that could not be removed. */
    private static final class Failures {
        private int count;
        private String first = "";

        void add(String location, RuntimeException e) {
            if (count++ == 0) {
                first = location + ": " + e.getMessage();
            }
        }

        void warn() {
            if (count > 0) {
                LOG.warn(
                        "Retired files could not be removed and are tried again later, files={} first={}",
                        count,
                        first);
            }
        }
    }

    private List<String> remove(List<String> locations, Failures failures) {
        List<String> gone = new ArrayList<>();
        for (String location : locations) {
            try {
                files.deleteFile(location);
                gone.add(location);
            } catch (NotFoundException e) {
                gone.add(location);
            } catch (RuntimeException e) {
                failures.add(location, e);
                LOG.debug("A retired file was not removed, location={}", location, e);
            }
        }
        return gone;
    }

    private void forget(Instant now) throws SQLException {
        Instant before = now.minus(config.ledgerRetention());
        database.transact(connection -> {
            Ledger.forget(connection, before);
            CommitLog.forgetChanges(connection, before);
            RetiredFiles.forgetLeases(connection, now);
            return true;
        });
    }
}
