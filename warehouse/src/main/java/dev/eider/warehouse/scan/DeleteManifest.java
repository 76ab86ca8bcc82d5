package dev.eider.warehouse.scan;

import java.util.List;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.types.Types.StructType;

/**
 * The live delete files of a manifest. Immutable; nobody changes the files.
 *
 * @param partitionType of their partitions
 * @param files with metrics of no more than what tells which data files they apply to
 */
record DeleteManifest(StructType partitionType, List<DeleteFile> files) implements CachedMetadata {
    private static final int FILE_BYTES = 700;

    DeleteManifest {
        files = List.copyOf(files);
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (DeleteFile file : files) {
            String referenced = file.referencedDataFile();
            bytes += FILE_BYTES + file.location().length() + (referenced == null ? 0 : referenced.length());
        }
        return bytes;
    }
}
