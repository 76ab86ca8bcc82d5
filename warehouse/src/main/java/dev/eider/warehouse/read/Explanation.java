package dev.eider.warehouse.read;

import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.ExplainMode;
import dev.eider.warehouse.engine.RunnableQuery;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.scan.ScanFile;
import dev.eider.warehouse.scan.ScanPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;

/**
 * Explains a statement: what is read of each table and why, and the engine's plan. Confined to one thread.
 *
 * <p>The rows have DuckDB's columns for it, {@code explain_key} and {@code explain_value}. Each table begins with a row
 * of the key {@code eider_scan}; the engine's plan follows under DuckDB's own key, a row for each operator.
 */
final class Explanation {
    private static final String COLUMNS = "SELECT %s AS explain_key, %s AS explain_value";

    private final List<Fact> facts = new ArrayList<>();

    private Explanation() {}

    private record Fact(String key, String value) {}

    /** Returns a query of the same columns without rows, unless what is to be explained is no query over these tables. */
    static RunnableQuery columns(EngineConnection connection, RunnableQuery query) {
        connection.columnNames(query);
        String column = "CAST(NULL AS VARCHAR)";
        return RunnableQuery.ofOurOwn(COLUMNS.formatted(column, column) + " WHERE false");
    }

    /** Returns a query over the explanation; runs what is to be explained if it is to be analysed. */
    static RunnableQuery of(EngineConnection connection, Presentation.Presented statement, ExplainMode mode) {
        Explanation explanation = new Explanation();
        statement.relations().forEach(explanation::add);
        String key = mode == ExplainMode.PLAN ? "physical_plan" : "analyzed_plan";
        for (String line : connection.explain(statement.query(), mode)) {
            explanation.add(key, named(line, statement.relations()));
        }
        return RunnableQuery.ofOurOwn(
                COLUMNS.formatted(explanation.column(Fact::key), explanation.column(Fact::value)));
    }

    /** Relations of the connection have names that say nothing to anybody. */
    private static String named(String line, List<Presentation.Relation> relations) {
        String named = line.replace(Presentation.ROWS, "rows");
        for (int i = relations.size() - 1; i >= 0; i--) {
            named = named.replace(
                    relations.get(i).name(), shown(relations.get(i).pin()));
        }
        return named;
    }

    private static String shown(BoundQuery.Pin pin) {
        return pin.facet() instanceof Facet.Metadata metadata
                ? pin.table() + "$" + metadata.table().shownName()
                : pin.table().toString();
    }

    private String column(Function<Fact, String> part) {
        return facts.stream()
                .map(fact -> SqlText.quoteLiteral(part.apply(fact)))
                .collect(Collectors.joining(", ", "unnest(CAST([", "] AS VARCHAR[]))"));
    }

    private void add(String key, String value) {
        facts.add(new Fact(key, value));
    }

    private void add(Presentation.Relation relation) {
        BoundQuery.Pin pin = relation.pin();
        if (pin.facet() instanceof Facet.Changes changes) {
            add(
                    "eider_scan",
                    "table_changes of %s after snapshot %d".formatted(pin.table(), changes.afterSnapshotId()));
        } else {
            add("eider_scan", shown(pin));
        }
        add("eider_snapshot", snapshot(pin));
        if (pin.facet() instanceof Facet.Rows && relation.scan().isEmpty()) {
            add("eider_engine", "metadata: it tells the number of rows and the extremes, no data file is read");
        }
        relation.scan().ifPresent(scan -> add(relation, scan));
    }

    private static String snapshot(BoundQuery.Pin pin) {
        return pin.snapshot()
                .map(snapshot -> "%d, committed at %s, read under schema %d"
                        .formatted(
                                snapshot.snapshotId(),
                                Instant.ofEpochMilli(snapshot.timestampMillis()),
                                pin.schemaId()))
                .orElse("none: nothing was committed yet");
    }

    private void add(Presentation.Relation relation, ScanPlanner.Scan scan) {
        add(
                "eider_engine",
                scan.choice().engine().name().toLowerCase(Locale.ROOT) + ": "
                        + scan.choice().reason());
        Schema schema = Objects.requireNonNull(
                relation.state().metadata().schemasById().get(relation.pin().schemaId()), "schema");
        scan.plan().ifPresent(plan -> {
            add("eider_filter", FilterText.of(schema, relation.filter()));
            add(plan);
        });
    }

    private void add(ScanPlan plan) {
        ScanPlan.Pruning pruning = plan.pruning();
        add(
                "eider_manifests",
                "%d considered, %d pruned by partition".formatted(pruning.manifests(), pruning.manifestsPruned()));
        add(
                "eider_data_files",
                "%d considered, %d pruned by partition, %d by column bounds, %d left"
                        .formatted(
                                pruning.files(),
                                pruning.filesPrunedByPartition(),
                                pruning.filesPrunedByBounds(),
                                plan.files().size()));
        add("eider_delete_files", "%d apply to these".formatted(pruning.deleteFiles()));
        add(
                "eider_read",
                "at most %d rows and %d bytes of these files"
                        .formatted(
                                plan.files().stream().mapToLong(ScanFile::rows).sum(),
                                plan.files().stream().mapToLong(ScanFile::bytes).sum()));
    }
}
