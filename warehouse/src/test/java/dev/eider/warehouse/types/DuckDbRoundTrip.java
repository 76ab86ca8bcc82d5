package dev.eider.warehouse.types;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.Files;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.relocated.com.google.common.collect.Lists;
import org.duckdb.DuckDBConnection;

/** Sends a batch the way of an append: checked, into DuckDB, into a Parquet file, and out again through Iceberg. */
final class DuckDbRoundTrip implements AutoCloseable {
    private final BufferAllocator allocator;
    private final Path directory;
    private final Connection connection;
    private int files;

    DuckDbRoundTrip(BufferAllocator allocator, Path directory) throws SQLException {
        this.allocator = allocator;
        this.directory = directory;
        this.connection = DriverManager.getConnection("jdbc:duckdb:");
        execute("SET TimeZone='UTC'");
    }

    /** Returns what an engine that knows only Iceberg reads from the file that an append of {@code batch} makes. */
    List<Record> run(VectorSchemaRoot batch, DictionaryProvider dictionaries, org.apache.iceberg.Schema table)
            throws SQLException {
        Path file = directory.resolve("f" + files + ".parquet");
        send(
                batch,
                dictionaries,
                table,
                "COPY (SELECT %%s FROM %%s) TO '%s' (FORMAT parquet, FIELD_IDS %s)"
                        .formatted(file, DuckDbTypes.fieldIds(table)));
        return read(file, table);
    }

    /** Makes DuckDB look at every value of {@code batch}, unless it is refused. */
    void touch(VectorSchemaRoot batch, DictionaryProvider dictionaries, org.apache.iceberg.Schema table)
            throws SQLException {
        send(batch, dictionaries, table, "SELECT max(hash(r::VARCHAR)) FROM (SELECT %s FROM %s) AS r");
    }

    private void send(
            VectorSchemaRoot batch, DictionaryProvider dictionaries, org.apache.iceberg.Schema table, String sql)
            throws SQLException {
        SchemaBinding binding = SchemaBinding.bind(batch.getSchema(), dictionaries, table, "t");
        binding.validator().validate(batch, dictionaries);
        String name = "rows" + files++;
        try (OneBatch reader = new OneBatch(allocator, batch, dictionaries, binding.transportSchema());
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            Data.exportArrayStream(allocator, reader, stream);
            ((DuckDBConnection) connection).registerArrowStream(name, stream);
            execute(sql.formatted(binding.projection("r"), name + " AS r"));
        }
    }

    static List<Record> read(Path file, org.apache.iceberg.Schema table) {
        try (CloseableIterable<Record> rows = Parquet.read(Files.localInput(file.toFile()))
                .project(table)
                .createReaderFunc(type -> GenericParquetReaders.buildReader(table, type))
                .build()) {
            return Lists.newArrayList(rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void execute(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /** Presents the buffers of one batch under another schema. */
    private static final class OneBatch extends ArrowReader {
        private final VectorSchemaRoot batch;
        private final DictionaryProvider dictionaries;
        private final VectorSchemaRoot transport;
        private boolean done;

        OneBatch(BufferAllocator allocator, VectorSchemaRoot batch, DictionaryProvider dictionaries, Schema schema) {
            super(allocator);
            this.batch = batch;
            this.dictionaries = dictionaries;
            this.transport = VectorSchemaRoot.create(schema, allocator);
        }

        @Override
        public VectorSchemaRoot getVectorSchemaRoot() {
            return transport;
        }

        @Override
        public Dictionary lookup(long id) {
            return dictionaries.lookup(id);
        }

        @Override
        public Set<Long> getDictionaryIds() {
            return dictionaries.getDictionaryIds();
        }

        @Override
        public boolean loadNextBatch() {
            if (done) {
                return false;
            }
            try (ArrowRecordBatch buffers = new VectorUnloader(batch, true, true).getRecordBatch()) {
                new VectorLoader(transport).load(buffers);
            }
            done = true;
            return true;
        }

        @Override
        public void close() {
            transport.close();
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected void closeReadSource() {}

        @Override
        protected Schema readSchema() {
            return transport.getSchema();
        }
    }
}
