package dev.eider.warehouse.types;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.EiderException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sends streams damaged at random: each is stored, or refused in order, and never brings the process down. */
class CorruptStreamTest {
    private static final int STREAMS = 500;
    private static final long MEMORY = 64L << 20;
    private static final int[] SUSPECT = {0, 1, -1, 7, 1 << 20, Integer.MAX_VALUE, Integer.MIN_VALUE};
    private static final ArrowType.Int INT = new ArrowType.Int(32, true);

    @TempDir
    private Path directory;

    @Test
    void survivesEveryDamage() throws Exception {
        byte[] sound = stream();
        Random random = new Random(20_240_229);
        // Never closed: Arrow's readers leak what they had read of a stream when they find it broken.
        BufferAllocator allocator = new RootAllocator();
        int stored = 0;

        try (DuckDbRoundTrip roundTrip = new DuckDbRoundTrip(allocator, directory)) {
            for (int i = 0; i < STREAMS; i++) {
                byte[] stream = i == 0 ? sound : damaged(sound, random);
                BufferAllocator child = allocator.newChildAllocator("stream", 0, MEMORY);
                stored += send(stream, child, roundTrip);
            }
        }

        assertThat(stored).isBetween(STREAMS / 10, STREAMS * 9 / 10);
    }

    private static byte[] damaged(byte[] sound, Random random) {
        ByteBuffer bytes = ByteBuffer.wrap(sound.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int damages = 1 + random.nextInt(3);
        for (int i = 0; i < damages; i++) {
            int position = random.nextInt(sound.length / 4 - 1) * 4;
            if (random.nextBoolean()) {
                bytes.putInt(position, SUSPECT[random.nextInt(SUSPECT.length)]);
            } else {
                bytes.put(position, (byte) random.nextInt());
            }
        }
        return bytes.array();
    }

    /** Returns 1 if DuckDB accepted the stream's batch. */
    private static int send(byte[] stream, BufferAllocator allocator, DuckDbRoundTrip roundTrip) throws IOException {
        ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(stream), allocator);
        VectorSchemaRoot batch;
        try {
            batch = reader.getVectorSchemaRoot();
            reader.loadNextBatch();
        } catch (IOException | RuntimeException | AssertionError | OutOfMemoryError unreadable) {
            return 0;
        }
        try {
            roundTrip.touch(batch, reader, ArrowToIceberg.schema(batch.getSchema(), reader));
            return 1;
        } catch (EiderException | SQLException refused) {
            return 0;
        } finally {
            reader.close();
            allocator.close();
        }
    }

    private static byte[] stream() throws IOException {
        DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(16, true));
        Field dictionary = new Field("d", new FieldType(true, encoding.getIndexType(), encoding), null);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector words = ArrowRows.vector(allocator, leaf("d", new ArrowType.Utf8()), "zero", "one", "two");
                VectorSchemaRoot batch = ArrowRows.of(allocator, columns(dictionary));
                ArrowStreamWriter writer = new ArrowStreamWriter(
                        batch, new MapDictionaryProvider(new Dictionary(words, encoding)), bytes)) {
            writer.start();
            writer.writeBatch();
            writer.end();
        }
        return bytes.toByteArray();
    }

    private static Map<Field, List<?>> columns(Field dictionary) {
        Field item = leaf("item", INT);
        Field struct = new Field(
                "struct",
                FieldType.nullable(new ArrowType.Struct()),
                List.of(leaf("x", new ArrowType.Utf8()), leaf("y", new ArrowType.Timestamp(TimeUnit.SECOND, "UTC"))));
        Field entries = new Field(
                "entries",
                FieldType.notNullable(new ArrowType.Struct()),
                List.of(new Field("key", FieldType.notNullable(INT), null), struct));
        List<?> words = Arrays.asList("a", null, "more than twelve bytes");
        List<?> lists = Arrays.asList(List.of(1, 2), null, Arrays.asList(3, null));
        Map<Field, List<?>> columns = new LinkedHashMap<>();
        columns.put(dictionary, Arrays.asList(0, null, 2));
        columns.put(leaf("text", new ArrowType.Utf8()), words);
        columns.put(leaf("large", new ArrowType.LargeUtf8()), words);
        columns.put(leaf("view", new ArrowType.Utf8View()), words);
        columns.put(leaf("decimal", new ArrowType.Decimal(9, 2, 128)), Collections.nCopies(3, new BigDecimal("1.50")));
        columns.put(leaf("bool", new ArrowType.Bool()), Arrays.asList(true, null, false));
        columns.put(new Field("list", FieldType.nullable(new ArrowType.List()), List.of(item)), lists);
        columns.put(new Field("biglist", FieldType.nullable(new ArrowType.LargeList()), List.of(item)), lists);
        columns.put(new Field("fixed", FieldType.nullable(new ArrowType.FixedSizeList(2)), List.of(item)), lists);
        columns.put(
                new Field("map", FieldType.nullable(new ArrowType.Map(false)), List.of(entries)),
                Arrays.asList(Map.of(1, List.of("x", 5)), null, Collections.singletonMap(2, null)));
        return columns;
    }

    private static Field leaf(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), null);
    }
}
