package dev.eider.warehouse.read;

import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteTablePathUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;

/**
 * Puts a table that another engine wrote to another place: metadata, and the files of position deletes, hold absolute
 * paths, which Iceberg's own utility replaces. Everything else is copied byte by byte. Confined to one thread.
 */
final class MovedTable {
    private final FileIO files;
    private final Path unpacked;
    private final String source;
    private final String target;

    /**
     * @param unpacked where the table's directory was unpacked
     * @param source the location that the metadata names
     * @param target the location that it is to name
     */
    MovedTable(FileIO files, Path unpacked, String source, String target) {
        this.files = new ShiftedFiles(files, source, Locations.ofPath(unpacked));
        this.unpacked = unpacked;
        this.source = source;
        this.target = target;
    }

    /** Unpacks a table's directory, which is kept as a compressed archive of uncompressed entries. */
    static void unpack(InputStream archive, Path directory) throws IOException {
        try (ZipInputStream entries = new ZipInputStream(new GZIPInputStream(archive))) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                Path file = directory.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(entries, file);
            }
        }
    }

    /** Moves everything and returns the location of the new metadata file. */
    String move(String metadataFile) throws IOException {
        copyContent();
        TableMetadata metadata = TableMetadataParser.read(files.newInputFile(source + "/" + metadataFile));
        Map<String, Long> lengths = new HashMap<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            for (ManifestFile manifest : snapshot.allManifests(files)) {
                if (!lengths.containsKey(manifest.path())) {
                    lengths.put(manifest.path(), rewrite(metadata, manifest));
                }
            }
            TableMetadata version = snapshot.firstRowId() == null ? versionTwo(metadata) : metadata;
            String list = moved(snapshot.manifestListLocation());
            RewriteTablePathUtil.rewriteManifestList(snapshot, files, version, lengths, source, target, target, list);
        }
        // The utility takes the source for a pattern, and replaces the first match.
        TableMetadata moved = RewriteTablePathUtil.replacePaths(metadata, source, target);
        String location = moved(source + "/" + metadataFile);
        TableMetadataParser.overwrite(moved, files.newOutputFile(location));
        return location;
    }

    /** A snapshot that is older than the table's upgrade to version 3 has no row ids, as that version's lists ask. */
    private static TableMetadata listsOfVersionTwo(TableMetadata metadata) {
        String version = Integer.toString(Math.min(2, metadata.formatVersion()));
        return TableMetadata.newTableMetadata(
                metadata.schema(),
                PartitionSpec.unpartitioned(),
                metadata.location(),
                Map.of(TableProperties.FORMAT_VERSION, version));
    }

    /** A snapshot that is older than its table's upgrade to version 3 has no row ids, which that version's lists ask. */
    private static TableMetadata versionTwo(TableMetadata metadata) {
        String version = Integer.toString(Math.min(2, metadata.formatVersion()));
        return TableMetadata.newTableMetadata(
                metadata.schema(),
                PartitionSpec.unpartitioned(),
                metadata.location(),
                Map.of(TableProperties.FORMAT_VERSION, version));
    }

    private void copyContent() throws IOException {
        try (var walk = Files.walk(unpacked)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                Path to =
                        Locations.path(target).resolve(unpacked.relativize(file).toString());
                Files.createDirectories(to.getParent());
                if (!file.getParent().getFileName().toString().equals("metadata")) {
                    Files.copy(file, to);
                }
            }
        }
    }

    private long rewrite(TableMetadata metadata, ManifestFile manifest) throws IOException {
        OutputFile output = files.newOutputFile(moved(manifest.path()));
        Set<Long> all = Set.of();
        if (manifest.content() == ManifestContent.DATA) {
            RewriteTablePathUtil.rewriteDataManifest(
                    manifest, all, output, files, metadata.formatVersion(), metadata.specsById(), source, target);
        } else {
            RewriteTablePathUtil.rewriteDeleteManifest(
                    manifest,
                    all,
                    output,
                    files,
                    metadata.formatVersion(),
                    metadata.specsById(),
                    source,
                    target,
                    target,
                    rewritePositionDeletes(metadata, manifest));
        }
        return output.toInputFile().getLength();
    }

    /** Returns the new lengths of the manifest's Parquet files of position deletes, by their old locations. */
    private Map<String, Long> rewritePositionDeletes(TableMetadata metadata, ManifestFile manifest) throws IOException {
        Map<String, Long> lengths = new HashMap<>();
        try (ManifestReader<DeleteFile> deletes =
                ManifestFiles.readDeleteManifest(manifest, files, metadata.specsById())) {
            for (DeleteFile delete : deletes) {
                if (delete.content() == FileContent.POSITION_DELETES && delete.format() == FileFormat.PARQUET) {
                    Files.deleteIfExists(Locations.path(moved(delete.location())));
                    lengths.put(
                            delete.location(),
                            RewriteTablePathUtil.rewritePositionDelete(
                                    delete,
                                    files.newOutputFile(moved(delete.location())),
                                    files,
                                    metadata.spec(delete.specId()),
                                    source,
                                    target,
                                    new GenericPositionDeletes()));
                }
            }
        }
        return lengths;
    }

    private String moved(String location) {
        return RewriteTablePathUtil.newPath(location, source, target);
    }

    /** Reads and writes files of position deletes row by row. */
    private static final class GenericPositionDeletes implements RewriteTablePathUtil.PositionDeleteReaderWriter {
        private static final long serialVersionUID = 1;

        @Override
        public CloseableIterable<Record> reader(InputFile input, FileFormat format, PartitionSpec spec) {
            Schema paths = DeleteSchemaUtil.posDeleteReadSchema(spec.schema());
            return Parquet.read(input)
                    .project(paths)
                    .createReaderFunc(type -> GenericParquetReaders.buildReader(paths, type))
                    .build();
        }

        @Override
        public PositionDeleteWriter<Record> writer(
                OutputFile output, FileFormat format, PartitionSpec spec, StructLike partition) {
            try {
                return Parquet.writeDeletes(output)
                        .createWriterFunc(GenericParquetWriter::create)
                        .withSpec(spec)
                        .withPartition(partition)
                        .buildPositionWriter();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Reads from where the table was unpacked what its metadata places elsewhere. */
    private record ShiftedFiles(FileIO files, String source, String unpacked) implements FileIO {
        @Override
        public InputFile newInputFile(String location) {
            return files.newInputFile(
                    location.startsWith(source) ? unpacked + location.substring(source.length()) : location);
        }

        @Override
        public OutputFile newOutputFile(String location) {
            return files.newOutputFile(location);
        }

        @Override
        public void deleteFile(String location) {
            files.deleteFile(location);
        }
    }
}
