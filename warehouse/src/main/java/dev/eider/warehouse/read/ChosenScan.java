package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.ExtensionStatus;
import dev.eider.warehouse.engine.QueryEngine;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.expressions.Expression;

/**
 * Decides for each pinned table whether DuckDB's iceberg extension or our own planning reads it.
 *
 * <p>A table that the extension reads wrongly is planned, whatever is configured. Thread-safe.
 */
final class ChosenScan implements ScanPlanner {
    private final ReadConfig.Engine configured;
    private final Optional<Missing> missing;
    private final IcebergScan icebergScan;
    private final PlannedScan planned;

    ChosenScan(ReadConfig.Engine configured, QueryEngine engine, IcebergScan icebergScan, PlannedScan planned) {
        this.configured = configured;
        this.missing = missing(engine.extensions());
        this.icebergScan = icebergScan;
        this.planned = planned;
    }

    /** Fails unless the engine has what is configured. */
    static void require(ReadConfig.Engine configured, QueryEngine engine) {
        if (configured == ReadConfig.Engine.ICEBERG_SCAN) {
            missing(engine.extensions()).ifPresent(problem -> {
                throw new EiderException(
                        ErrorCode.INVALID_CONFIGURATION,
                        "read.engine is iceberg_scan, but " + problem.detail()
                                + ": `eider extensions install` fetches it, and read.engine=auto does without");
            });
        }
    }

    /**
     * Why the extension is out of the question.
     *
     * @param text for callers
     * @param detail for those who run the server: it names a path of the host
     */
    private record Missing(String text, String detail) {}

    private static Optional<Missing> missing(List<ExtensionStatus> extensions) {
        if (extensions.isEmpty()) {
            String none = "this engine loads no extensions of DuckDB";
            return Optional.of(new Missing(none, none));
        }
        return extensions.stream()
                .filter(extension -> !extension.usable())
                .findFirst()
                .map(extension -> new Missing(extension.text(), extension.detail()));
    }

    /** Returns how tables are read as a rule, and why: one sentence for people. */
    String description() {
        if (configured == ReadConfig.Engine.PLANNED) {
            return "Tables are read as planned from their metadata: read.engine is planned";
        }
        if (missing.isPresent()) {
            return "Tables are read as planned from their metadata: "
                    + missing.get().detail();
        }
        return configured == ReadConfig.Engine.ICEBERG_SCAN
                ? "Tables are read by iceberg_scan where it reads them right, otherwise as planned from their metadata:"
                        + " read.engine is iceberg_scan"
                : "Tables are read as planned from their metadata, and by iceberg_scan where that is right and faster:"
                        + " read.engine is auto";
    }

    /** Decides about one pinned table. */
    ScanChoice choice(TableState table, BoundQuery.Pin pin) {
        if (configured == ReadConfig.Engine.PLANNED) {
            return planned("read.engine is planned");
        }
        if (missing.isPresent()) {
            return planned(missing.get().text());
        }
        if (configured == ReadConfig.Engine.AUTO) {
            Optional<String> slower = icebergScan.slower(table, pin);
            if (slower.isPresent()) {
                return planned(slower.get());
            }
        }
        return icebergScan
                .obstacle(table, pin)
                .map(ChosenScan::planned)
                .orElseGet(() -> new ScanChoice(
                        ReadConfig.Engine.ICEBERG_SCAN,
                        configured == ReadConfig.Engine.AUTO
                                ? "its nested columns were renamed or replaced, and its manifests are few"
                                : "read.engine is iceberg_scan"));
    }

    private static ScanChoice planned(String reason) {
        return new ScanChoice(ReadConfig.Engine.PLANNED, reason);
    }

    @Override
    public Scan scan(EngineConnection connection, TableState table, BoundQuery.Pin pin, Expression filter) {
        ScanChoice choice = choice(table, pin);
        return choice.engine() == ReadConfig.Engine.PLANNED
                ? planned.scan(connection, table, pin, filter, choice)
                : new Scan(icebergScan.relation(table, pin), choice, Optional.empty());
    }
}
