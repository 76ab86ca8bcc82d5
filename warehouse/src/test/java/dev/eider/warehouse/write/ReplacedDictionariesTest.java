package dev.eider.warehouse.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.FileSync;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplacedDictionariesTest {
    private static final int BATCHES = 24;
    private static final int VALUE_BYTES = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void areFreedAsTheStreamGoesOn() throws Exception {
        WriteConfig base = TestWarehouse.writes();
        WriteConfig small = new WriteConfig(
                true,
                8,
                64,
                base.queueTimeout(),
                Duration.ofSeconds(20),
                64 << 20,
                122_880,
                8 << 20,
                Duration.ofDays(7),
                FileSync.FULL,
                4 * VALUE_BYTES);
        byte[] stream = stream();
        try (TestWarehouse test = new TestWarehouse(directory, small);
                BufferAllocator ours = test.allocator().newChildAllocator("rows", 0, Long.MAX_VALUE);
                ArrowStreamReader rows = new ArrowStreamReader(new ByteArrayInputStream(stream), ours)) {
            assertThat(test.append("t", rows).rows()).isEqualTo(BATCHES);
            assertThat(ours.getPeakMemoryAllocation()).isLessThan(16L * VALUE_BYTES);
        }
    }

    private static byte[] stream() throws IOException {
        DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(32, true));
        Field field = new Field("name", new FieldType(true, new ArrowType.Int(32, true), encoding), List.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (BufferAllocator allocator = new RootAllocator();
                VarCharVector values = new VarCharVector("values", allocator);
                IntVector indices = new IntVector(field, allocator)) {
            DictionaryProvider dictionaries =
                    new DictionaryProvider.MapDictionaryProvider(new Dictionary(values, encoding));
            VectorSchemaRoot root = new VectorSchemaRoot(List.of(field), List.of(indices), 1);
            try (ArrowStreamWriter writer = new ArrowStreamWriter(root, dictionaries, bytes)) {
                for (int batch = 0; batch < BATCHES; batch++) {
                    byte[] value = new byte[VALUE_BYTES];
                    java.util.Arrays.fill(value, (byte) ('a' + batch));
                    values.setSafe(0, value);
                    values.setValueCount(1);
                    indices.setSafe(0, 0);
                    root.setRowCount(1);
                    writer.writeBatch();
                }
            }
        }
        return bytes.toByteArray();
    }
}
