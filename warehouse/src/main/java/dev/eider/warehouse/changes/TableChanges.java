package dev.eider.warehouse.changes;

import dev.eider.catalog.CatalogHistory;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.LoggedCommit;
import dev.eider.catalog.TableNames;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.changes.ChangePlan.CommitChanges;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.scan.ScanFile;
import dev.eider.warehouse.scan.ScanPlan;
import dev.eider.warehouse.scan.ScanRelation;
import dev.eider.warehouse.scan.SnapshotPlanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Writes the changes of a table as SQL: its columns, and what happened to each row, when and by which commit.
 *
 * <p>Thread-safe.
 */
public final class TableChanges {
    private static final String TYPE = "_change_type";
    private static final String SNAPSHOT = "_commit_snapshot_id";
    private static final String NUMBER = "_commit_sequence_number";
    private static final String TIME = "_commit_timestamp";
    private static final Set<String> OURS =
            Set.of(TYPE, SNAPSHOT, NUMBER, TIME, ScanRelation.FILE, ScanRelation.POSITION);

    /**
     * Up to so many commits, each has a scan of its own, and rows come in their order; beyond that, one scan looks up
     * whose rows it reads.
     */
    public static final int MOST_SCANS = 16;

    private final ChangePlanner planner;
    private final ScanRelation scans;

    /** Creates what knows commits from a log of them. */
    public TableChanges(CatalogHistory history, SnapshotPlanner planner, ScanRelation scans) {
        this.planner = new ChangePlanner(history, planner);
        this.scans = scans;
    }

    /**
     * Returns a query over the rows that commits inserted and deleted, the columns of {@code schema} first.
     *
     * @param connection where it is to run, and until whose end it can
     */
    public String relation(EngineConnection connection, TableState state, Schema schema, ChangeRange range) {
        requireFreeNames(state, schema);
        return new Rendering(connection, state, schema).of(planner.plan(state, range));
    }

    private static void requireFreeNames(TableState state, Schema schema) {
        for (NestedField column : schema.columns()) {
            if (OURS.contains(TableNames.folded(column.name()))) {
                throw new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "Table %s has a column %s, a name that table_changes needs for itself"
                                .formatted(state.identifier(), column.name()));
            }
        }
    }

    /** The rendering of one plan. Confined to one thread. */
    private final class Rendering {
        private final EngineConnection connection;
        private final TableState state;
        private final Schema schema;
        private final List<String> parts = new ArrayList<>();
        /** Files of neighbouring commits that only inserted. */
        private final Map<ScanFile, LoggedCommit> inserted = new LinkedHashMap<>();

        Rendering(EngineConnection connection, TableState state, Schema schema) {
            this.connection = connection;
            this.state = state;
            this.schema = schema;
        }

        String of(ChangePlan plan) {
            boolean together = plan.commits().size() > MOST_SCANS;
            for (CommitChanges changes : plan.commits()) {
                if (!changes.before().isEmpty()) {
                    flush();
                    deleted(changes);
                }
                changes.inserted().forEach(file -> inserted.put(file, changes.commit()));
                if (!together) {
                    flush();
                }
            }
            flush();
            return parts.isEmpty()
                    ? "SELECT *, %s FROM (%s)".formatted(nothing(), rows(List.of(), ScanRelation.Rows.PLAIN))
                    : String.join(" UNION ALL ", parts);
        }

        private void deleted(CommitChanges changes) {
            String before = rows(changes.before(), ScanRelation.Rows.PLAIN);
            String gone = changes.after().isEmpty()
                    ? before
                    : "(%s) EXCEPT ALL (%s)".formatted(before, rows(changes.after(), ScanRelation.Rows.PLAIN));
            parts.add("SELECT *, %s FROM (%s)".formatted(constants("delete", changes.commit()), gone));
        }

        private void flush() {
            if (inserted.isEmpty()) {
                return;
            }
            List<ScanFile> files = List.copyOf(inserted.keySet());
            List<LoggedCommit> commits = inserted.values().stream().distinct().toList();
            parts.add(
                    commits.size() == 1
                            ? "SELECT *, %s FROM (%s)"
                                    .formatted(
                                            constants("insert", commits.get(0)), rows(files, ScanRelation.Rows.PLAIN))
                            : lookedUp(files));
            inserted.clear();
        }

        private String lookedUp(List<ScanFile> files) {
            StringJoiner commits = new StringJoiner(", ", "(VALUES ", ") AS c(file, snapshot, number, time)");
            inserted.forEach((file, commit) -> commits.add("(%s, %d::BIGINT, %d::BIGINT, %d::BIGINT)"
                    .formatted(
                            SqlText.quoteLiteral(file.location()),
                            commit.snapshotId(),
                            commit.sequenceNumber(),
                            commit.committedAt().toEpochMilli())));
            return "SELECT r.* EXCLUDE (%s, %s), 'insert' AS %s, c.snapshot AS %s, c.number AS %s, %s AS %s FROM (%s) AS r JOIN %s ON r.%s = c.file"
                    .formatted(
                            ScanRelation.FILE,
                            ScanRelation.POSITION,
                            TYPE,
                            SNAPSHOT,
                            NUMBER,
                            instant("c.time"),
                            TIME,
                            rows(files, ScanRelation.Rows.WITH_POSITIONS),
                            commits,
                            ScanRelation.FILE);
        }

        private String rows(List<ScanFile> files, ScanRelation.Rows rows) {
            return scans.of(connection, state, schema, ScanPlan.of(files), rows);
        }
    }

    private static String constants(String type, LoggedCommit commit) {
        return "%s AS %s, %d::BIGINT AS %s, %d::BIGINT AS %s, %s AS %s"
                .formatted(
                        SqlText.quoteLiteral(type),
                        TYPE,
                        commit.snapshotId(),
                        SNAPSHOT,
                        commit.sequenceNumber(),
                        NUMBER,
                        instant(commit.committedAt().toEpochMilli() + "::BIGINT"),
                        TIME);
    }

    private static String nothing() {
        return "''::VARCHAR AS %s, 0::BIGINT AS %s, 0::BIGINT AS %s, %s AS %s"
                .formatted(TYPE, SNAPSHOT, NUMBER, instant("0::BIGINT"), TIME);
    }

    private static String instant(String millis) {
        return "CAST(epoch_ms(%s) AS TIMESTAMPTZ)".formatted(millis);
    }
}
