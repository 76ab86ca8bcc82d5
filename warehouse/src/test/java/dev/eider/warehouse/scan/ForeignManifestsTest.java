package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestWarehouse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestWriter;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metadata that other programs write in other legal ways is read, without its statistics at worst, or refused by name. */
class ForeignManifestsTest {
    private static final int CASES = Integer.getInteger("eider.test.manifests", 60);
    private static final Set<String> OPTIONAL = Set.of(
            "column_sizes",
            "split_offsets",
            "key_metadata",
            "snapshot_id",
            "nan_value_counts",
            "value_counts",
            "null_value_counts",
            "lower_bounds",
            "upper_bounds",
            "sort_order_id",
            "content");
    private static final Set<String> MAPS = Set.of(
            "column_sizes", "nan_value_counts", "value_counts", "null_value_counts", "lower_bounds", "upper_bounds");

    @TempDir
    Path directory;

    @Test
    void otherAvroShapesOfTheSameEntriesAreRead() throws Exception {
        int withStatistics = 0;
        for (int seed = 0; seed < CASES; seed++) {
            Random random = new Random(seed);
            InMemoryFileIO files = new InMemoryFileIO();
            PartitionSpec spec = MadeFiles.specs().get(seed % 3);
            ManifestFile manifest = write(files, spec, random);
            byte[] original = bytes(files);
            files.deleteFile(ManifestDecoderTest.LOCATION);
            Shape shape = new Shape(random);
            files.addFile(ManifestDecoderTest.LOCATION, original);
            DataManifest expected = ManifestDecoder.data(manifest, files, Map.of(0, spec));
            files.deleteFile(ManifestDecoderTest.LOCATION);
            byte[] changed = shape.of(original);
            files.addFile(ManifestDecoderTest.LOCATION, changed);

            DataManifest decoded = ManifestDecoder.data(manifest, files, Map.of(0, spec));

            withStatistics += compare(decoded, expected, seed);
        }
        assertThat(withStatistics).isGreaterThan(CASES);
    }

    /** Returns how many fields have metrics; those that are there are the same. */
    private static int compare(DataManifest decoded, DataManifest expected, int seed) {
        assertThat(decoded.size()).as("seed %d", seed).isEqualTo(expected.size());
        for (int row = 0; row < expected.size(); row++) {
            assertThat(decoded.paths().location(row)).isEqualTo(expected.paths().location(row));
            assertThat(decoded.rows().get(row)).isEqualTo(expected.rows().get(row));
            assertThat(decoded.bytesOfFiles().get(row))
                    .isEqualTo(expected.bytesOfFiles().get(row));
            assertThat(decoded.sequences().get(row))
                    .isEqualTo(expected.sequences().get(row));
            assertThat(decoded.partitionOf(row)).as("seed %d", seed).isEqualTo(expected.partitionOf(row));
            for (Map.Entry<Integer, FieldMetrics> entry : decoded.metrics().entrySet()) {
                compare(entry.getValue(), expected.metrics().get(entry.getKey()), row, seed);
            }
        }
        assertThat(decoded.partitions().stream().map(ManifestDecoderTest::values))
                .as("seed %d", seed)
                .containsExactlyElementsOf(expected.partitions().stream()
                        .map(ManifestDecoderTest::values)
                        .toList());
        return decoded.metrics().size();
    }

    private static void compare(FieldMetrics decoded, FieldMetrics expected, int row, int seed) {
        assertThat(decoded.values().get(row))
                .as("seed %d", seed)
                .isIn(-1L, expected.values().get(row));
        assertThat(decoded.nulls().get(row)).isIn(-1L, expected.nulls().get(row));
        assertThat(decoded.nans().get(row)).isIn(-1L, expected.nans().get(row));
        if (!decoded.lower().isMissing(row)) {
            assertThat(decoded.lower().get(row)).isEqualTo(expected.lower().get(row));
        }
        if (!decoded.upper().isMissing(row)) {
            assertThat(decoded.upper().get(row)).isEqualTo(expected.upper().get(row));
        }
    }

    @Test
    void metadataThatIsNotUnderstoodIsRefusedByName() throws Exception {
        try (TestWarehouse test = new TestWarehouse(directory);
                TableCatalog catalog = test.catalog()) {
            for (String text : List.of(
                    "", "{", "[]", "{}", "{\"format-version\": 9}", "no JSON", "null", "{\"format-version\": 2}")) {
                String name = "t" + Math.abs(text.hashCode());
                Table table = catalog.buildTable(
                                TestWarehouse.table(name),
                                new org.apache.iceberg.Schema(Types.NestedField.optional(1, "v", Types.LongType.get())))
                        .create();
                String location = ((BaseTable) table).operations().current().metadataFileLocation();
                try (OutputStream out = table.io().newOutputFile(location).createOrOverwrite()) {
                    out.write(text.getBytes(StandardCharsets.UTF_8));
                }

                assertThatThrownBy(() -> test.query("SELECT * FROM " + name))
                        .as(text)
                        .isInstanceOfSatisfying(
                                EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                        .hasMessageContaining(location.substring(location.lastIndexOf('/') + 1))
                        .hasMessageContaining("is not understood");
            }
        }
    }

    private static ManifestFile write(InMemoryFileIO files, PartitionSpec spec, Random random) throws IOException {
        MadeFiles made = new MadeFiles(random);
        ManifestWriter<DataFile> writer =
                ManifestFiles.write(1, spec, files.newOutputFile(ManifestDecoderTest.LOCATION), 77L);
        try (writer) {
            for (int i = 0; i < 20; i++) {
                writer.add(made.file(1, spec, i));
            }
        }
        return ManifestDecoderTest.listed(writer.toManifestFile(), 0, null);
    }

    private static byte[] bytes(InMemoryFileIO files) throws IOException {
        try (InputStream in = files.newInputFile(ManifestDecoderTest.LOCATION).newStream()) {
            return in.readAllBytes();
        }
    }

    /** A random way to write the same entries. Confined to one thread, for one manifest. */
    private static final class Shape {
        private final Random random;
        private final boolean nullable;
        private final boolean realMaps;
        private int names;

        Shape(Random random) {
            this.random = random;
            this.nullable = random.nextInt(3) > 0;
            this.realMaps = random.nextInt(4) == 0;
        }

        byte[] of(byte[] manifest) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (DataFileStream<GenericRecord> in =
                            new DataFileStream<>(new ByteArrayInputStream(manifest), new GenericDatumReader<>());
                    DataFileWriter<Object> writer = new DataFileWriter<>(new GenericDatumWriter<>())) {
                Schema schema = record(in.getSchema());
                writer.setCodec(
                        switch (random.nextInt(3)) {
                            case 0 -> CodecFactory.nullCodec();
                            case 1 -> CodecFactory.deflateCodec(1);
                            default -> CodecFactory.zstandardCodec(1);
                        });
                in.getMetaKeys().stream()
                        .filter(key -> !key.startsWith("avro."))
                        .forEach(key -> writer.setMeta(key, in.getMeta(key)));
                writer.create(schema, out);
                for (GenericRecord each : in) {
                    writer.append(value(each, schema));
                }
            }
            return out.toByteArray();
        }

        private Schema record(Schema old) {
            List<Schema.Field> fields = new ArrayList<>();
            for (Schema.Field field : old.getFields()) {
                if (OPTIONAL.contains(field.name()) && random.nextInt(6) == 0) {
                    continue;
                }
                Schema written = MAPS.contains(field.name()) ? map(field.schema()) : other(field.schema());
                boolean top = field.name().equals("status") || field.name().equals("data_file");
                Schema.Field changed = new Schema.Field(
                        field.name(),
                        written.getType() == Schema.Type.UNION || !(nullable || (!top && random.nextInt(5) == 0))
                                ? written
                                : union(written));
                field.getObjectProps().forEach(changed::addProp);
                fields.add(changed);
            }
            if (old.getField("file_path") != null) {
                Collections.shuffle(fields, random);
            }
            if (random.nextBoolean()) {
                fields.add(random.nextInt(fields.size() + 1), unknown());
            }
            Schema changed = Schema.createRecord("n" + names++, "", "", false, fields);
            old.getObjectProps().forEach(changed::addProp);
            return changed;
        }

        private Schema.Field unknown() {
            Schema type =
                    switch (random.nextInt(4)) {
                        case 0 -> Schema.createMap(Schema.create(Schema.Type.BYTES));
                        case 1 -> Schema.createArray(Schema.create(Schema.Type.DOUBLE));
                        case 2 -> Schema.create(Schema.Type.STRING);
                        default -> Schema.createEnum("e" + names++, "", "", List.of("A", "B"));
                    };
            Schema.Field field = new Schema.Field("unknown" + names++, union(type));
            field.addProp("field-id", 9_000 + names);
            return field;
        }

        private Schema union(Schema value) {
            Schema nothing = Schema.create(Schema.Type.NULL);
            return random.nextBoolean() ? Schema.createUnion(nothing, value) : Schema.createUnion(value, nothing);
        }

        private Schema other(Schema old) {
            return switch (old.getType()) {
                case RECORD -> record(old);
                case UNION -> {
                    Schema value = old.getTypes().stream()
                            .filter(branch -> branch.getType() != Schema.Type.NULL)
                            .findFirst()
                            .orElseThrow();
                    yield union(other(value));
                }
                default -> old;
            };
        }

        private Schema map(Schema old) {
            Schema array = old.getTypes().stream()
                    .filter(branch -> branch.getType() == Schema.Type.ARRAY)
                    .findFirst()
                    .orElseThrow();
            if (realMaps) {
                return union(Schema.createMap(
                        array.getElementType().getField("value").schema()));
            }
            List<Schema.Field> fields = new ArrayList<>();
            for (Schema.Field field : array.getElementType().getFields()) {
                Schema.Field changed =
                        new Schema.Field(field.name(), nullable ? union(field.schema()) : field.schema());
                if (random.nextBoolean()) {
                    field.getObjectProps().forEach(changed::addProp);
                }
                fields.add(changed);
            }
            Schema item = Schema.createRecord("n" + names++, "", "", false, fields);
            Schema changed = Schema.createArray(nullable && random.nextBoolean() ? union(item) : item);
            changed.addProp("logicalType", "map");
            return union(changed);
        }

        private static Object value(Object old, Schema schema) {
            if (old == null) {
                return null;
            }
            if (schema.getType() == Schema.Type.UNION) {
                int empty = schema.getTypes().get(0).getType() == Schema.Type.NULL ? 0 : 1;
                return value(old, schema.getTypes().get(1 - empty));
            }
            if (old instanceof GenericRecord entry) {
                GenericData.Record changed = new GenericData.Record(schema);
                for (Schema.Field field : schema.getFields()) {
                    if (entry.hasField(field.name())) {
                        changed.put(field.name(), value(entry.get(field.name()), field.schema()));
                    }
                }
                return changed;
            }
            if (old instanceof Collection<?> items) {
                if (schema.getType() == Schema.Type.MAP) {
                    Map<String, Object> map = new HashMap<>();
                    items.forEach(item ->
                            map.put(((GenericRecord) item).get("key").toString(), ((GenericRecord) item).get("value")));
                    return map;
                }
                return items.stream()
                        .map(item -> value(item, schema.getElementType()))
                        .toList();
            }
            return old;
        }
    }
}
