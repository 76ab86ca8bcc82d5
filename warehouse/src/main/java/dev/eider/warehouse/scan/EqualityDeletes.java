package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.StructType;
import org.apache.iceberg.util.StructLikeWrapper;

/**
 * The equality deletes that apply to some data files: a row is deleted if a delete row has the same key, is newer than
 * the row's file and belongs to the same partition. Confined to one rendering.
 */
final class EqualityDeletes {
    private final TableState state;
    private final Schema schema;
    private final Map<KeySet, Map<String, DeleteFile>> byKeys = new LinkedHashMap<>();
    private final Map<Integer, Map<StructLikeWrapper, Long>> partitions = new HashMap<>();
    private long nextPartition;

    /**
     * Fields that make up a key.
     *
     * @param everywhere whether the deletes apply to all partitions, since they were written for none
     */
    record KeySet(Set<Integer> ids, boolean everywhere) {
        KeySet {
            ids = Set.copyOf(ids);
        }

        /** Returns the ids in an order that all who ask share. */
        List<Integer> ordered() {
            return ids.stream().sorted().toList();
        }
    }

    EqualityDeletes(TableState state, Schema schema) {
        this.state = state;
        this.schema = schema;
    }

    static boolean applyTo(ScanFile file) {
        return file.deletes().stream().anyMatch(delete -> delete.content() == FileContent.EQUALITY_DELETES);
    }

    /** Adds the deletes of data files that are read together. */
    void add(Collection<ScanFile> files) {
        for (ScanFile file : files) {
            for (DeleteFile delete : file.deletes()) {
                if (delete.content() == FileContent.EQUALITY_DELETES) {
                    KeySet keys = new KeySet(
                            new TreeSet<>(delete.equalityFieldIds()),
                            spec(delete.specId()).isUnpartitioned());
                    byKeys.computeIfAbsent(keys, any -> new LinkedHashMap<>()).put(delete.location(), delete);
                }
            }
        }
    }

    Set<KeySet> keySets() {
        return byKeys.keySet();
    }

    List<DeleteFile> files(KeySet keys) {
        return List.copyOf(byKeys.getOrDefault(keys, Map.of()).values());
    }

    /** Returns the columns that hold these fields, as the table has them, or had them last. */
    StructType columns(Collection<Integer> fieldIds) {
        StructType columns = StructType.of();
        for (int id : fieldIds) {
            columns = NestedFields.merged(
                    columns, TypeUtil.select(schemaWith(id), Set.of(id)).asStruct());
        }
        return columns;
    }

    private Schema schemaWith(int fieldId) {
        if (schema.findField(fieldId) != null) {
            return schema;
        }
        List<Schema> schemas = new ArrayList<>(state.metadata().schemas());
        schemas.sort(Comparator.comparing(Schema::schemaId).reversed());
        return schemas.stream()
                .filter(one -> one.findField(fieldId) != null)
                .findFirst()
                .orElseThrow(() -> new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "Table %s has equality deletes by field %d, which no schema of it has"
                                .formatted(state.identifier(), fieldId)));
    }

    /** Returns a number that data files and delete files of one partition share. */
    long partition(int specId, StructLike partition) {
        StructLikeWrapper wrapper =
                StructLikeWrapper.forType(spec(specId).partitionType()).set(partition);
        return partitions
                .computeIfAbsent(specId, any -> new HashMap<>())
                .computeIfAbsent(wrapper, any -> nextPartition++);
    }

    private PartitionSpec spec(int specId) {
        return state.metadata().spec(specId);
    }
}
