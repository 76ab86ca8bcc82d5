package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.Locations;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Has DuckDB's iceberg extension read a pinned snapshot, from exactly the metadata file that the catalog named.
 *
 * <p>The extension reads a snapshot under the snapshot's own schema, or the current snapshot under the current schema,
 * and nothing else; what it cannot read right is an obstacle. Everything it opens lies below the allowed locations, or
 * the engine refuses it. Thread-safe.
 */
final class IcebergScan {
    /** The extension reads every manifest for every query, each of them about 2 ms or more. */
    private static final int FEW_MANIFESTS = 4;

    private final AllowedLocations allowed;

    IcebergScan(AllowedLocations allowed) {
        this.allowed = allowed;
    }

    /** Returns why the extension is not faster than planning, as half a sentence; nothing if it may be. */
    Optional<String> slower(TableState state, BoundQuery.Pin pin) {
        if (!hasMovedNesting(state.metadata())) {
            return Optional.of("that is faster");
        }
        long manifests = pin.snapshot()
                .map(snapshot -> snapshot.allManifests(state.io()).size())
                .orElse(0);
        return manifests > FEW_MANIFESTS
                ? Optional.of("that is faster over %d manifests".formatted(manifests))
                : Optional.empty();
    }

    /** Returns why the extension cannot read a pinned table right, as half a sentence; nothing if it can. */
    Optional<String> obstacle(TableState state, BoundQuery.Pin pin) {
        Optional<Snapshot> snapshot = pin.snapshot();
        if (snapshot.isEmpty()) {
            return Optional.of("the table has no snapshot");
        }
        String metadata = state.metadata().metadataFileLocation();
        if (metadata == null) {
            return Optional.of("no metadata file lists the snapshot any more");
        }
        if (metadata.endsWith(".gz.metadata.json") || metadata.endsWith(".metadata.json.gz")) {
            return Optional.of("its metadata file is compressed");
        }
        if (!Locations.isLocal(metadata) || !Locations.isLocal(state.metadata().location())) {
            return Optional.of("its files are in a bucket");
        }
        if (!Files.exists(allowed.require(metadata))) {
            return Optional.of("its metadata file is gone");
        }
        if (!isCurrent(state, pin) && !isOfItsTime(pin)) {
            return Optional.of("it is read under another schema than the snapshot's");
        }
        return IcebergScanLimits.of(state.metadata(), snapshot.get(), schema(state, pin));
    }

    /** Returns a query over a pinned table that has no obstacle. */
    String relation(TableState state, BoundQuery.Pin pin) {
        String metadata =
                allowed.require(state.metadata().metadataFileLocation()).toString();
        String columns = schema(state, pin).columns().stream()
                .map(column -> SqlText.quoteIdentifier(column.name()))
                .collect(Collectors.joining(", "));
        String snapshot = isCurrent(state, pin) ? "" : ", snapshot_from_id => %d::UBIGINT".formatted(pin.snapshotId());
        return "SELECT %s FROM iceberg_scan(%s%s)".formatted(columns, SqlText.quoteLiteral(metadata), snapshot);
    }

    private static Schema schema(TableState state, BoundQuery.Pin pin) {
        return Objects.requireNonNull(state.metadata().schemasById().get(pin.schemaId()), "schema");
    }

    /** The file's current snapshot is read under its current schema. */
    private static boolean isCurrent(TableState state, BoundQuery.Pin pin) {
        TableMetadata metadata = state.metadata();
        Snapshot current = metadata.currentSnapshot();
        return current != null
                && current.snapshotId() == pin.snapshotId()
                && metadata.currentSchemaId() == pin.schemaId();
    }

    /** Any other snapshot is read under the schema that it names. */
    private static boolean isOfItsTime(BoundQuery.Pin pin) {
        Integer own = pin.snapshot().map(Snapshot::schemaId).orElse(null);
        return own != null && own == pin.schemaId();
    }

    /** Whether a nested name ever meant another field, or a nested field had another name. */
    private static boolean hasMovedNesting(TableMetadata metadata) {
        Map<String, Integer> idByName = new HashMap<>();
        Map<Integer, String> nameById = new HashMap<>();
        for (Schema schema : metadata.schemas()) {
            Map<Integer, Integer> parents = TypeUtil.indexParents(schema.asStruct());
            for (NestedField field : TypeUtil.indexById(schema.asStruct()).values()) {
                Integer parent = parents.get(field.fieldId());
                if (parent != null) {
                    Integer otherId = idByName.put(parent + "." + field.name(), field.fieldId());
                    String otherName = nameById.put(field.fieldId(), field.name());
                    if ((otherId != null && otherId != field.fieldId())
                            || (otherName != null && !otherName.equals(field.name()))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
