package dev.eider.benchmark;

import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.LocalFileIO;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.StorageConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;

/** Writes the sample batches the way a Java program with Iceberg alone would: one record object a row. */
final class GenericWriter {
    static final Schema SCHEMA = new Schema(
            Types.NestedField.optional(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "departed", Types.TimestampType.withoutZone()),
            Types.NestedField.optional(3, "origin", Types.StringType.get()),
            Types.NestedField.optional(4, "comment", Types.StringType.get()),
            Types.NestedField.optional(5, "delay", Types.IntegerType.get()),
            Types.NestedField.optional(6, "distance", Types.IntegerType.get()),
            Types.NestedField.optional(7, "price", Types.DoubleType.get()),
            Types.NestedField.optional(8, "late", Types.BooleanType.get()));

    private GenericWriter() {}

    static void write(ArrowReader reader, Path file) throws IOException {
        Path directory = Objects.requireNonNull(file.getParent(), "directory");
        LocalFileIO files = new LocalFileIO(AllowedLocations.of(new StorageConfig(directory.toString(), List.of())));
        try (FileAppender<Record> appender = Parquet.write(files.newOutputFile(Locations.ofPath(file)))
                .schema(SCHEMA)
                .set(TableProperties.PARQUET_COMPRESSION, "zstd")
                .createWriterFunc(GenericParquetWriter::create)
                .build()) {
            Record row = GenericRecord.create(SCHEMA);
            while (reader.loadNextBatch()) {
                VectorSchemaRoot batch = reader.getVectorSchemaRoot();
                for (int i = 0; i < batch.getRowCount(); i++) {
                    fill(row, batch, i);
                    appender.add(row);
                }
            }
        }
    }

    private static void fill(Record row, VectorSchemaRoot batch, int i) {
        long micros = ((TimeStampMicroVector) batch.getVector(1)).get(i);
        Float8Vector price = (Float8Vector) batch.getVector(6);
        row.set(0, ((BigIntVector) batch.getVector(0)).get(i));
        row.set(
                1,
                LocalDateTime.ofEpochSecond(
                        Math.floorDiv(micros, 1_000_000L),
                        (int) Math.floorMod(micros, 1_000_000L) * 1000,
                        ZoneOffset.UTC));
        row.set(2, ((VarCharVector) batch.getVector(2)).getObject(i).toString());
        row.set(3, ((VarCharVector) batch.getVector(3)).getObject(i).toString());
        row.set(4, ((IntVector) batch.getVector(4)).get(i));
        row.set(5, ((IntVector) batch.getVector(5)).get(i));
        row.set(6, price.isNull(i) ? null : price.get(i));
        row.set(7, ((BitVector) batch.getVector(7)).get(i) == 1);
    }
}
