package dev.eider.cli.display;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/** What a sink makes of the rows of a DuckDB query, or of vectors made by hand. */
final class Rendered {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal;

    Rendered(Terminal.Screen screen) {
        terminal = new Terminal(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of(),
                screen);
    }

    Terminal terminal() {
        return terminal;
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    static String query(String sql, Function<Terminal, RowSink> sink) throws Exception {
        return query(sql, Terminal.Screen.NONE, sink);
    }

    static String query(String sql, Terminal.Screen screen, Function<Terminal, RowSink> makeSink) throws Exception {
        Rendered rendered = new Rendered(screen);
        RowSink sink = makeSink.apply(rendered.terminal);
        try (BufferAllocator allocator = new RootAllocator();
                Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                ResultSet result = connection.createStatement().executeQuery(sql);
                ArrowReader reader = (ArrowReader) ((DuckDBResultSet) result).arrowExportStream(allocator, 2048)) {
            VectorSchemaRoot root = reader.getVectorSchemaRoot();
            sink.start(root.getSchema());
            while (reader.loadNextBatch()) {
                sink.batch(root.getFieldVectors(), root.getRowCount());
            }
            sink.finish("");
        }
        return rendered.out.toString(StandardCharsets.UTF_8);
    }

    static String vectors(Function<Terminal, RowSink> makeSink, FieldVector... vectors) {
        Rendered rendered = new Rendered(Terminal.Screen.NONE);
        RowSink sink = makeSink.apply(rendered.terminal);
        VectorSchemaRoot root = new VectorSchemaRoot(List.of(vectors));
        sink.start(root.getSchema());
        sink.batch(root.getFieldVectors(), vectors[0].getValueCount());
        sink.finish("");
        return rendered.out.toString(StandardCharsets.UTF_8);
    }
}
