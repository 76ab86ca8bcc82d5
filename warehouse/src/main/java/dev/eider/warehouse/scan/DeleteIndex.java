package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.util.ContentFileUtil;
import org.apache.iceberg.util.PartitionMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the delete files that apply to a data file, as "Scan Planning" of the Iceberg specification says.
 *
 * <p>Confined to one thread. Metadata that contradicts itself (two deletion vectors for one file, deletes that name a
 * file of another partition) is refused, since any answer might be wrong.
 */
final class DeleteIndex {
    private final Map<Integer, PartitionSpec> specs;
    private final Map<String, DeleteFile> vectors = new HashMap<>();
    private final Map<String, List<DeleteFile>> byFile = new HashMap<>();
    private final PartitionMap<List<DeleteFile>> byPartition;
    private final List<EqualityDelete> global = new ArrayList<>();
    private final PartitionMap<List<EqualityDelete>> equalityByPartition;
    private final EqualityDelete.Fields fields;

    DeleteIndex(Map<Integer, PartitionSpec> specs, EqualityDelete.Fields fields) {
        this.specs = specs;
        this.fields = fields;
        this.byPartition = PartitionMap.create(specs);
        this.equalityByPartition = PartitionMap.create(specs);
    }

    void add(DeleteFile file) {
        if (file.content() == FileContent.EQUALITY_DELETES) {
            addEquality(file);
        } else if (ContentFileUtil.isDV(file)) {
            String referenced = Objects.requireNonNull(file.referencedDataFile(), "referenced data file");
            DeleteFile other = vectors.put(referenced, file);
            if (other != null) {
                throw contradiction("Data file %s has two deletion vectors: in %s and in %s"
                        .formatted(referenced, other.location(), file.location()));
            }
        } else {
            String referenced = ContentFileUtil.referencedDataFileLocation(file);
            List<DeleteFile> group = referenced == null
                    ? byPartition.computeIfAbsent(file.specId(), file.partition(), ArrayList::new)
                    : byFile.computeIfAbsent(referenced, missing -> new ArrayList<>());
            group.add(file);
        }
    }

    private void addEquality(DeleteFile file) {
        EqualityDelete delete = new EqualityDelete(file, fields);
        PartitionSpec spec = Objects.requireNonNull(specs.get(file.specId()), "partition spec");
        if (spec.isUnpartitioned()) {
            global.add(delete);
        } else {
            equalityByPartition
                    .computeIfAbsent(file.specId(), file.partition(), ArrayList::new)
                    .add(delete);
        }
    }

    /** Returns the deletes of a file of a manifest, by which it was written under a spec. */
    List<DeleteFile> of(DataManifest manifest, int row, int specId, String location) {
        List<DeleteFile> applicable = new ArrayList<>();
        var partition = manifest.partitions().get(manifest.partitionOf(row));
        long sequence = manifest.sequences().get(row);
        equality(global, manifest, row, applicable);
        equality(equalityByPartition.get(specId, partition), manifest, row, applicable);
        DeleteFile vector = vectors.get(location);
        if (vector != null) {
            requireSamePartition(vector, manifest, row, specId, location);
            if (vector.dataSequenceNumber() < sequence) {
                throw contradiction(
                        "Data file %s is newer than its deletion vector in %s".formatted(location, vector.location()));
            }
            applicable.add(vector);
            return applicable;
        }
        positions(byPartition.get(specId, partition), sequence, applicable);
        int scoped = applicable.size();
        positions(byFile.get(location), sequence, applicable);
        applicable
                .subList(scoped, applicable.size())
                .forEach(delete -> requireSamePartition(delete, manifest, row, specId, location));
        return applicable;
    }

    private static void equality(
            @Nullable List<EqualityDelete> deletes, DataManifest manifest, int row, List<DeleteFile> applicable) {
        if (deletes == null) {
            return;
        }
        for (EqualityDelete delete : deletes) {
            if (delete.file().dataSequenceNumber() > manifest.sequences().get(row) && delete.mayMatch(manifest, row)) {
                applicable.add(delete.file());
            }
        }
    }

    private static void positions(@Nullable List<DeleteFile> deletes, long sequence, List<DeleteFile> applicable) {
        if (deletes == null) {
            return;
        }
        for (DeleteFile delete : deletes) {
            if (delete.dataSequenceNumber() >= sequence) {
                applicable.add(delete);
            }
        }
    }

    private void requireSamePartition(DeleteFile delete, DataManifest manifest, int row, int specId, String location) {
        boolean same = delete.specId() == specId
                && Comparators.forType(manifest.partitionType())
                                .compare(
                                        delete.partition(),
                                        manifest.partitions().get(manifest.partitionOf(row)))
                        == 0;
        if (!same) {
            throw contradiction("Delete file %s names data file %s, which is in another partition"
                    .formatted(delete.location(), location));
        }
    }

    private static EiderException contradiction(String message) {
        return new EiderException(ErrorCode.STORAGE_FAILED, message);
    }
}
