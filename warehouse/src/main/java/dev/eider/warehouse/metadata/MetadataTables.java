package dev.eider.warehouse.metadata;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;

import dev.eider.catalog.CatalogHistory;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.LoggedCommit;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.types.DuckDbTypes;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.MetadataTableType;
import org.apache.iceberg.MetadataTableUtils;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;

/**
 * Presents metadata tables to the engine. Columns and rows are those of Iceberg's own metadata tables, but for {@code
 * history}, which the commit log knows better, and {@code properties}, which Iceberg lacks.
 *
 * <p>Thread-safe. Rows stream into a temporary table of the request's connection, in the engine's memory and under its
 * limit, because a statement may read them more than once.
 */
public final class MetadataTables {
    private static final Schema HISTORY = new Schema(
            required(1, "made_current_at", Types.TimestampType.withZone()),
            required(2, "snapshot_id", Types.LongType.get()),
            optional(3, "parent_id", Types.LongType.get()),
            required(4, "is_current_ancestor", Types.BooleanType.get()));
    private static final Schema PROPERTIES =
            new Schema(required(1, "key", Types.StringType.get()), required(2, "value", Types.StringType.get()));

    private final CatalogHistory history;

    /** Creates tables whose history is that of the commit log. */
    public MetadataTables(CatalogHistory history) {
        this.history = history;
    }

    /**
     * Makes a metadata table readable on a connection.
     *
     * @param relation the name that it gets there
     * @param snapshot what it describes, for a table of one snapshot
     */
    public void present(
            EngineConnection connection,
            String relation,
            TableState state,
            MetadataTable table,
            Optional<Snapshot> snapshot,
            BufferAllocator allocator) {
        MetadataRows rows = rows(state, table, snapshot);
        String stream = relation + "_rows";
        StructReader reader = new StructReader(allocator, rows);
        connection.register(stream, reader, allocator);
        try {
            connection.execute("CREATE TEMP TABLE %s AS SELECT %s FROM %s"
                    .formatted(
                            SqlText.quoteIdentifier(relation),
                            columns(rows.schema(), false),
                            SqlText.quoteIdentifier(stream)));
        } catch (EiderException e) {
            throw reader.failure()
                    .map(failure -> unreadable(state, table, failure))
                    .orElse(e);
        }
    }

    /** Makes a relation of the same columns without rows, to find out the columns of a statement. */
    public void presentColumns(EngineConnection connection, String relation, TableState state, MetadataTable table) {
        connection.execute("CREATE TEMP VIEW %s AS SELECT %s WHERE false"
                .formatted(
                        SqlText.quoteIdentifier(relation),
                        columns(rows(state, table, Optional.empty()).schema(), true)));
    }

    private static String columns(Schema schema, boolean asNull) {
        return schema.columns().stream()
                .map(column -> {
                    String name = SqlText.quoteIdentifier(column.name());
                    return "CAST(%s AS %s) AS %s"
                            .formatted(asNull ? "NULL" : name, DuckDbTypes.of(column.type()), name);
                })
                .collect(Collectors.joining(", "));
    }

    private MetadataRows rows(TableState state, MetadataTable table, Optional<Snapshot> snapshot) {
        if (table.type().isPresent()) {
            return upstream(state, table.type().get(), table.ofOneSnapshot(), snapshot);
        }
        return switch (table) {
            case HISTORY -> new MetadataRows(HISTORY, () -> CloseableIterable.withNoopClose(history(state)));
            case PROPERTIES -> new MetadataRows(PROPERTIES, () -> CloseableIterable.withNoopClose(properties(state)));
            case SNAPSHOTS, FILES, MANIFESTS, PARTITIONS, REFS -> throw new IllegalStateException("Not ours: " + table);
        };
    }

    private static MetadataRows upstream(
            TableState state, MetadataTableType type, boolean ofOneSnapshot, Optional<Snapshot> snapshot) {
        TableScan scan = MetadataTableUtils.createMetadataTableInstance(state.table(), type)
                .newScan();
        Schema schema = scan.schema();
        if (ofOneSnapshot && snapshot.isEmpty()) {
            return new MetadataRows(schema, CloseableIterable::empty);
        }
        TableScan pinned =
                ofOneSnapshot ? scan.useSnapshot(snapshot.orElseThrow().snapshotId()) : scan;
        return new MetadataRows(
                schema,
                () -> CloseableIterable.concat(CloseableIterable.transform(
                        pinned.planFiles(), task -> task.asDataTask().rows())));
    }

    /** What came after the pinned metadata is left out, so that it says the same whenever it is asked. */
    private List<StructLike> history(TableState state) {
        long asOf = state.metadata().lastUpdatedMillis();
        return history.commits(state, -1, state.metadata().lastSequenceNumber()).stream()
                .filter(commit -> commit.branch().equals(SnapshotRef.MAIN_BRANCH))
                .map(commit -> history(commit, asOf))
                .toList();
    }

    private static StructLike history(LoggedCommit commit, long asOf) {
        boolean ancestor = commit.until().isAfter(Instant.ofEpochMilli(asOf));
        return new MetadataRows.Row(Arrays.asList(
                commit.committedAt().toEpochMilli() * 1000,
                commit.snapshotId(),
                commit.parentId() < 0 ? null : commit.parentId(),
                ancestor));
    }

    private static List<StructLike> properties(TableState state) {
        return new TreeMap<>(state.metadata().properties())
                .entrySet().stream()
                        .<StructLike>map(entry -> new MetadataRows.Row(List.of(entry.getKey(), entry.getValue())))
                        .toList();
    }

    private static EiderException unreadable(TableState state, MetadataTable table, Throwable failure) {
        return failure instanceof EiderException known
                ? known
                : new EiderException(
                        ErrorCode.STORAGE_FAILED,
                        "The %s of table %s cannot be read: the snapshot was removed meanwhile, or its storage fails"
                                .formatted(table.shownName(), state.identifier()),
                        failure);
    }
}
