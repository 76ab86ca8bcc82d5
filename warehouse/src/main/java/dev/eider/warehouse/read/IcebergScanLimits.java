package dev.eider.warehouse.read;

import dev.eider.catalog.TableNames;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.transforms.Transform;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Knows the tables for which DuckDB's iceberg extension was seen to leave out rows, or to end the process.
 *
 * <p>Found with version 1.5.5, by comparing filtered with unfiltered scans over every type and partition transform, and
 * scans with Iceberg's own reader: docs/adr/0018-where-iceberg-scan-reads.md has the list. What was not tried is taken
 * to fail. Stateless.
 */
final class IcebergScanLimits {
    private static final Set<TypeID> READ_RIGHT = EnumSet.of(
            TypeID.BOOLEAN,
            TypeID.INTEGER,
            TypeID.LONG,
            TypeID.DECIMAL,
            TypeID.STRING,
            TypeID.BINARY,
            TypeID.FIXED,
            TypeID.UUID,
            TypeID.DATE,
            TypeID.TIME,
            TypeID.TIMESTAMP,
            TypeID.STRUCT,
            TypeID.LIST,
            TypeID.MAP);
    /** Decimals fail on negative partition values, those of UUIDs are read in another order of bytes. */
    private static final Set<TypeID> PRUNED_RIGHT = EnumSet.of(
            TypeID.BOOLEAN, TypeID.INTEGER, TypeID.LONG, TypeID.STRING, TypeID.DATE, TypeID.TIME, TypeID.TIMESTAMP);

    private IcebergScanLimits() {}

    /** Returns what about a snapshot the extension gets wrong, as half a sentence; nothing if it reads it right. */
    static Optional<String> of(TableMetadata metadata, Snapshot snapshot, Schema schema) {
        return columns(schema).or(() -> partitions(metadata)).or(() -> files(metadata, snapshot));
    }

    private static Optional<String> columns(Schema schema) {
        Set<String> names = new HashSet<>();
        for (NestedField field : schema.columns()) {
            if (!names.add(TableNames.folded(field.name()))) {
                return Optional.of("two columns are called %s".formatted(field.name()));
            }
        }
        for (NestedField field : TypeUtil.indexById(schema.asStruct()).values()) {
            TypeID type = field.type().typeId();
            String name = schema.findColumnName(field.fieldId());
            if (type == TypeID.FLOAT || type == TypeID.DOUBLE) {
                // Bounds leave NaN out; to DuckDB it is greater than any of them.
                return Optional.of("column %s may hold NaN, which iceberg_scan loses".formatted(name));
            }
            if (!READ_RIGHT.contains(type)) {
                return Optional.of("column %s is a %s".formatted(name, field.type()));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> partitions(TableMetadata metadata) {
        for (PartitionSpec spec : metadata.specs()) {
            for (PartitionField field : spec.fields()) {
                Type source = spec.schema().findType(field.sourceId());
                if (source != null && field.transform().isIdentity()) {
                    return Optional.of(
                            "files may leave out the column of the partition field %s".formatted(field.name()));
                }
                if (source == null || !isPrunedRight(field.transform(), source.typeId())) {
                    return Optional.of("iceberg_scan prunes by the partition field %s (%s) wrongly"
                            .formatted(field.name(), field.transform()));
                }
            }
        }
        return Optional.empty();
    }

    /** Truncated negative numbers, and months and days before 1970 of timestamps, are rounded the other way. */
    private static boolean isPrunedRight(Transform<?, ?> transform, TypeID source) {
        if (transform.isVoid()) {
            return true;
        }
        String name = transform.toString();
        boolean known =
                switch (source) {
                    case DATE -> !name.startsWith("truncate");
                    case STRING -> true;
                    default -> transform.isIdentity() || name.startsWith("bucket");
                };
        return known && PRUNED_RIGHT.contains(source);
    }

    private static Optional<String> files(TableMetadata metadata, Snapshot snapshot) {
        if (!metadata.property(TableProperties.DEFAULT_NAME_MAPPING, "").isEmpty()) {
            return Optional.of("columns are mapped by name");
        }
        // Once a column of theirs is dropped, they end the process.
        String equalityDeletes =
                snapshot.summary() == null ? null : snapshot.summary().get(SnapshotSummary.TOTAL_EQ_DELETES_PROP);
        return "0".equals(equalityDeletes) ? Optional.empty() : Optional.of("it may have equality deletes");
    }
}
