package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.ManifestWriter;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is decoded is what Iceberg's own reader gives, in every field of every file. */
class ManifestDecoderTest {
    static final String LOCATION = "memory:/manifest.avro";
    private static final long SNAPSHOT = 77;
    private final InMemoryFileIO files = new InMemoryFileIO();
    private final Random random = new Random(11);
    private final MadeFiles made = new MadeFiles(random);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyVersion(int version) throws Exception {
        for (PartitionSpec spec : MadeFiles.specs()) {
            ManifestFile manifest = write(version, spec, 40);
            if (version == 1) {
                compare(listed(manifest, 0, null), spec, true);
            } else {
                compare(listed(manifest, 9, null), spec, true);
                compare(listed(manifest, 9, 5_000L), spec, true);
            }
        }
    }

    @Test
    void fixedLengthPartitionsAreLeftToIceberg() throws Exception {
        PartitionSpec spec = MadeFiles.fixedLengthSpec();

        compare(listed(write(2, spec, 20), 9, null), spec, false);
    }

    static Stream<RewrittenManifest.Change> changes() {
        return Stream.of(
                new RewrittenManifest.Change(Set.of(), Set.of(), true, true),
                new RewrittenManifest.Change(Set.of("r2", "r102"), Set.of(), false, true),
                new RewrittenManifest.Change(Set.of("r2", "r102"), Set.of(), true, true),
                new RewrittenManifest.Change(
                        Set.of("r2"),
                        Set.of(
                                "value_counts",
                                "null_value_counts",
                                "nan_value_counts",
                                "lower_bounds",
                                "upper_bounds",
                                "column_sizes",
                                "split_offsets",
                                "key_metadata",
                                "snapshot_id"),
                        true,
                        true),
                new RewrittenManifest.Change(Set.of(), Set.of("first_row_id", "nan_value_counts"), false, true));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void schemasOfOtherWriters(RewrittenManifest.Change change) throws Exception {
        for (PartitionSpec spec : MadeFiles.specs()) {
            ManifestFile manifest = write(3, spec, 30);
            rewrite(change);

            compare(listed(manifest, 9, 100L), spec, true);
        }
    }

    @Test
    void sequenceNumbersMayBeMissing() throws Exception {
        PartitionSpec spec = MadeFiles.specs().get(0);
        ManifestFile manifest = write(2, spec, 30);
        rewrite(new RewrittenManifest.Change(Set.of(), Set.of("sequence_number"), false, true));

        compare(listed(manifest, 0, null), spec, true);
        assertThatThrownBy(() -> ManifestDecoder.data(listed(manifest, 4, null), files, Map.of(0, spec)))
                .hasMessageContaining("without a sequence number");
    }

    @Test
    void numbersOfAdditionsMayBeMissing() throws Exception {
        PartitionSpec spec = MadeFiles.specs().get(0);
        ManifestFile manifest = write(2, spec, 30);
        rewrite(new RewrittenManifest.Change(Set.of(), Set.of("file_sequence_number"), false, true));

        compare(listed(manifest, 0, null), spec, true);
        compare(listed(manifest, 9, null), spec, true);
    }

    @Test
    void whatIsUnusualIsLeftToIceberg() throws Exception {
        PartitionSpec spec = MadeFiles.specs().get(1);
        ManifestFile manifest = write(2, spec, 30);
        byte[] written = bytes(LOCATION);

        rewrite(new RewrittenManifest.Change(Set.of("manifest_entry"), Set.of(), true, true));
        compare(listed(manifest, 9, null), spec, false);

        put(written);
        rewrite(new RewrittenManifest.Change(Set.of(), Set.of(), false, false));
        compare(listed(manifest, 9, null), spec, false);

        put(written);
        rewrite(new RewrittenManifest.Change(Set.of(), Set.of("record_count"), false, true));
        assertThatThrownBy(() -> ManifestDecoder.data(listed(manifest, 9, null), files, Map.of(0, spec)))
                .hasMessageContaining("Missing required field: record_count");
    }

    @Test
    void theNameOfAFormatIsInAnyCase() throws Exception {
        PartitionSpec spec = PartitionSpec.unpartitioned();
        ManifestFile manifest = write(2, spec, 10);
        byte[] changed = replaced(uncompressed(), "PARQUET", "ParQuet");
        assertThat(changed).isNotEqualTo(uncompressed());
        put(changed);

        compare(listed(manifest, 9, null), spec, true);
    }

    @Test
    void equalityDeletesWithoutColumnsAreDamage() throws Exception {
        PartitionSpec spec = PartitionSpec.unpartitioned();
        ManifestWriter<DeleteFile> writer =
                ManifestFiles.writeDeleteManifest(2, spec, files.newOutputFile(LOCATION), 1L);
        try (writer) {
            writer.add(FileMetadata.deleteFileBuilder(spec)
                    .ofEqualityDeletes()
                    .withPath("memory:d.parquet")
                    .withFileSizeInBytes(10)
                    .withRecordCount(1)
                    .build());
        }

        assertThatThrownBy(
                        () -> ManifestDecoder.deletes(listed(writer.toManifestFile(), 9, null), files, Map.of(0, spec)))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("without saying by which columns");
    }

    @Test
    void damageIsSaid() throws Exception {
        PartitionSpec spec = MadeFiles.specs().get(1);
        ManifestFile manifest = listed(write(2, spec, 40), 9, null);
        byte[] whole = bytes(LOCATION);

        for (int length = 0; length < whole.length; length += 1 + whole.length / 80) {
            put(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ManifestDecoder.data(manifest, files, Map.of(0, spec)))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED))
                    .hasMessageContaining(LOCATION);
        }
        rewriteBytes(whole);
    }

    /** Whatever the bytes are, they are read or refused. */
    private void rewriteBytes(byte[] whole) throws IOException {
        put(whole);
        byte[] plain = uncompressed();
        PartitionSpec spec = MadeFiles.specs().get(1);
        for (int round = 0; round < 100; round++) {
            byte[] changed = plain.clone();
            changed[random.nextInt(plain.length)] = (byte) random.nextInt();
            put(changed);
            ManifestFile manifest = listed(manifest(changed.length, 40), 9, null);
            try {
                ManifestDecoder.data(manifest, files, Map.of(0, spec));
            } catch (RuntimeException e) {
                assertThat(e).isNotInstanceOfAny(IndexOutOfBoundsException.class, NullPointerException.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "position_deletes",
                "upgraded",
                "rewritten",
                "partition_evolution",
                "partition_evolution_v1",
                "partition_transforms",
                "deletion_vectors",
                "copy_on_write",
                "imported",
                "defaults",
                "types"
            })
    void manifestsThatSparkWrote(String name) throws Exception {
        JsonNode fixture;
        try (InputStream json = resource(name + ".json")) {
            fixture = new ObjectMapper().readTree(json);
        }
        String location = fixture.get("location").asText();
        try (ZipInputStream entries = new ZipInputStream(new GZIPInputStream(resource(name + ".zip.gz")))) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                files.addFile(location + "/" + entry.getName(), entries.readAllBytes());
            }
        }
        TableMetadata metadata = TableMetadataParser.read(
                files.newInputFile(location + "/" + fixture.get("metadata").asText()));

        int compared = 0;
        for (Snapshot snapshot : metadata.snapshots()) {
            for (ManifestFile manifest : snapshot.allManifests(files)) {
                if (manifest.content() == ManifestContent.DATA) {
                    compare(manifest, metadata.specsById(), true);
                    compared++;
                }
            }
        }
        assertThat(compared).isPositive();
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(ManifestDecoderTest.class.getResourceAsStream("/spark/" + name), name);
    }

    private ManifestFile write(int version, PartitionSpec spec, int count) throws IOException {
        ManifestWriter<DataFile> writer =
                ManifestFiles.write(version, spec, files.newOutputFile(LOCATION + ".new.avro"), SNAPSHOT);
        try (writer) {
            for (int i = 0; i < count; i++) {
                DataFile file = made.file(version, spec, i);
                switch (i % 7) {
                    case 3 -> writer.existing(file, 5, 3, i % 2 == 0 ? 4L : null);
                    case 4 -> writer.delete(file, 3, 3L);
                    case 5 -> writer.add(file, 2);
                    default -> writer.add(file);
                }
            }
        }
        put(bytes(LOCATION + ".new.avro"));
        files.deleteFile(LOCATION + ".new.avro");
        return writer.toManifestFile();
    }

    private byte[] bytes(String location) throws IOException {
        try (InputStream in = files.newInputFile(location).newStream()) {
            return in.readAllBytes();
        }
    }

    private void put(byte[] bytes) {
        if (files.fileExists(LOCATION)) {
            files.deleteFile(LOCATION);
        }
        files.addFile(LOCATION, bytes);
    }

    private void rewrite(RewrittenManifest.Change change) throws IOException {
        put(new RewrittenManifest(change).of(bytes(LOCATION)));
    }

    private byte[] uncompressed() throws IOException {
        return new RewrittenManifest(new RewrittenManifest.Change(Set.of(), Set.of(), false, true)).of(bytes(LOCATION));
    }

    private static byte[] replaced(byte[] bytes, String from, String to) {
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        return text.replace(from, to).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static ManifestFile manifest(long length, int files) {
        return (ManifestFile) Proxy.newProxyInstance(
                ManifestFile.class.getClassLoader(),
                new Class<?>[] {ManifestFile.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "length" -> length;
                    case "snapshotId" -> SNAPSHOT;
                    case "addedFilesCount" -> files;
                    case "existingFilesCount", "partitionSpecId" -> 0;
                    case "content" -> ManifestContent.DATA;
                    default -> null;
                });
    }

    /** A manifest with what it gets only by being listed in a snapshot. */
    static ManifestFile listed(ManifestFile manifest, long sequence, @Nullable Long firstRowId) {
        return (ManifestFile) Proxy.newProxyInstance(
                ManifestFile.class.getClassLoader(),
                new Class<?>[] {ManifestFile.class},
                (proxy, method, arguments) -> {
                    try {
                        return switch (method.getName()) {
                            case "path" -> LOCATION;
                            case "sequenceNumber", "minSequenceNumber" -> sequence;
                            case "firstRowId" -> firstRowId;
                            default -> method.invoke(manifest, arguments);
                        };
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void compare(ManifestFile manifest, PartitionSpec spec, boolean usual) throws Exception {
        compare(manifest, Map.of(spec.specId(), spec), usual);
    }

    private void compare(ManifestFile manifest, Map<Integer, PartitionSpec> specs, boolean usual) throws Exception {
        DataManifest decoded = ManifestDecoder.data(manifest, files, specs);
        PartitionSpec spec = Objects.requireNonNull(specs.get(manifest.partitionSpecId()));
        if (!usual) {
            assertThatThrownBy(() -> ManifestDecoder.usual(manifest, files, spec))
                    .isInstanceOf(UnusualManifestException.class);
        } else {
            ManifestDecoder.usual(manifest, files, spec);
        }
        List<DataFile> expected = new ArrayList<>();
        try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, files, specs)) {
            assertThat(decoded.partitionType()).isEqualTo(reader.spec().partitionType());
            reader.forEach(expected::add);
        }

        assertThat(decoded.size()).isEqualTo(expected.size());
        Set<Integer> ids = new TreeSet<>();
        for (int row = 0; row < decoded.size(); row++) {
            compare(decoded, row, expected.get(row), ids);
        }
        assertThat(decoded.metrics().keySet()).isEqualTo(ids);
        assertThat(decoded.partitions().stream().map(ManifestDecoderTest::values))
                .doesNotHaveDuplicates();
    }

    private static void compare(DataManifest decoded, int row, DataFile file, Set<Integer> ids) {
        assertThat(decoded.paths().location(row)).isEqualTo(file.location());
        assertThat(decoded.format(row)).isEqualTo(file.format());
        assertThat(decoded.rows().get(row)).isEqualTo(file.recordCount());
        assertThat(decoded.bytesOfFiles().get(row)).isEqualTo(file.fileSizeInBytes());
        assertThat(decoded.additions().get(row)).isEqualTo(Objects.requireNonNullElse(file.fileSequenceNumber(), 0L));
        assertThat(decoded.sequences().get(row)).isEqualTo(file.dataSequenceNumber());
        assertThat(decoded.firstRowIds().get(row)).isEqualTo(Objects.requireNonNullElse(file.firstRowId(), -1L));
        assertThat(values(decoded.partitions().get(decoded.partitionOf(row)))).isEqualTo(values(file.partition()));
        Stream.of(
                        file.valueCounts(),
                        file.nullValueCounts(),
                        file.nanValueCounts(),
                        file.lowerBounds(),
                        file.upperBounds())
                .filter(Objects::nonNull)
                .forEach(map -> ids.addAll(map.keySet()));
        decoded.metrics().forEach((id, metrics) -> {
            assertThat(metrics.values().get(row)).isEqualTo(count(file.valueCounts(), id));
            assertThat(metrics.nulls().get(row)).isEqualTo(count(file.nullValueCounts(), id));
            assertThat(metrics.nans().get(row)).isEqualTo(count(file.nanValueCounts(), id));
            assertThat(bound(metrics.lower(), row)).isEqualTo(bound(file.lowerBounds(), id));
            assertThat(bound(metrics.upper(), row)).isEqualTo(bound(file.upperBounds(), id));
        });
    }

    /** With their classes, which equal ones share. */
    static List<Object> values(StructLike partition) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < partition.size(); i++) {
            values.add(Objects.requireNonNullElse(partition.get(i, Object.class), "null"));
        }
        return values;
    }

    private static long count(@Nullable Map<Integer, Long> counts, int id) {
        return counts == null ? FieldMetrics.UNKNOWN : counts.getOrDefault(id, FieldMetrics.UNKNOWN);
    }

    private static @Nullable ByteBuffer bound(@Nullable Map<Integer, ByteBuffer> bounds, int id) {
        return bounds == null ? null : bounds.get(id);
    }

    private static @Nullable ByteBuffer bound(BytesColumn column, int row) {
        return column.isMissing(row) ? null : column.get(row);
    }
}
