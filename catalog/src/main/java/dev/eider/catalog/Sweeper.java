package dev.eider.catalog;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
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
            List<String> due = database.run(connection -> RetiredFiles.due(connection, now, FILES_AT_ONCE));
            while (!due.isEmpty()) {
                List<String> gone = remove(due);
                database.transact(connection -> {
                    RetiredFiles.forget(connection, gone);
                    return gone.size();
                });
                due = gone.size() < FILES_AT_ONCE
                        ? List.of()
                        : database.run(connection -> RetiredFiles.due(connection, now, FILES_AT_ONCE));
            }
            forget(now);
        } catch (SQLException | RuntimeException e) {
            LOG.warn("Retired files were not swept", e);
        }
    }

    private List<String> remove(List<String> locations) {
        List<String> gone = new ArrayList<>();
        for (String location : locations) {
            try {
                files.deleteFile(location);
                gone.add(location);
            } catch (NotFoundException e) {
                gone.add(location);
            } catch (RuntimeException e) {
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
