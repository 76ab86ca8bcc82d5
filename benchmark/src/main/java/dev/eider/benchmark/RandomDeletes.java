package dev.eider.benchmark;

import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DVFileWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFileFactory;

/**
 * Deletes 1% of the rows of an unpartitioned table at random, as other engines do it: with Iceberg's own writers, as its
 * format version demands. Confined to one thread.
 */
final class RandomDeletes {
    private static final int ONE_OF = 100;

    private final Table table;
    private final List<DeleteFile> files = new ArrayList<>();
    private final Map<Path, BitSet> deleted = new HashMap<>();

    RandomDeletes(Table table) {
        this.table = table;
    }

    /** Commits them as one snapshot. */
    void commit() throws IOException {
        List<DataFile> dataFiles = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> dataFiles.add(task.file()));
        }
        SplittableRandom random = new SplittableRandom(20_261_125);
        for (DataFile file : dataFiles) {
            BitSet positions = new BitSet();
            for (int position = 0; position < file.recordCount(); position++) {
                if (random.nextInt(ONE_OF) == 0) {
                    positions.set(position);
                }
            }
            deleted.put(Locations.path(file.location()), positions);
        }
        if (TableUtil.formatVersion(table) == 2) {
            writeFiles(dataFiles);
        } else {
            writeVectors(dataFiles);
        }
        RowDelta delta = table.newRowDelta();
        files.forEach(delta::addDeletes);
        delta.commit();
    }

    private OutputFileFactory output(FileFormat format) {
        return OutputFileFactory.builderFor(table, 1, 1).format(format).build();
    }

    private BitSet positions(DataFile file) {
        return deleted.getOrDefault(Locations.path(file.location()), new BitSet());
    }

    private void writeFiles(List<DataFile> dataFiles) throws IOException {
        GenericFileWriterFactory writers = new GenericFileWriterFactory.Builder(table)
                .deleteFileFormat(FileFormat.PARQUET)
                .build();
        for (DataFile file : dataFiles) {
            PositionDeleteWriter<Record> writer =
                    writers.newPositionDeleteWriter(output(FileFormat.PARQUET).newOutputFile(), table.spec(), null);
            try (writer) {
                PositionDelete<Record> delete = PositionDelete.create();
                positions(file).stream().forEach(position -> writer.write(delete.set(file.location(), position)));
            }
            files.add(writer.toDeleteFile());
        }
    }

    private void writeVectors(List<DataFile> dataFiles) throws IOException {
        DVFileWriter writer = new BaseDVFileWriter(output(FileFormat.PUFFIN), path -> null);
        try (writer) {
            for (DataFile file : dataFiles) {
                positions(file).stream()
                        .forEach(position -> writer.delete(file.location(), position, table.spec(), file.partition()));
            }
        }
        files.addAll(writer.result().deleteFiles());
    }

    /** Returns the delete files. */
    List<Path> files() {
        return files.stream().map(file -> Locations.path(file.location())).toList();
    }

    /** Returns whether a row was deleted. */
    boolean contains(Path file, long position) {
        return deleted.getOrDefault(file, new BitSet()).get((int) position);
    }
}
