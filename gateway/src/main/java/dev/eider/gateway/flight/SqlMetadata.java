package dev.eider.gateway.flight;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.TableNames;
import dev.eider.warehouse.TableListing;
import dev.eider.warehouse.Warehouse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.sql.FlightSqlProducer.Schemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.Schema;

/** Answers SQL clients' questions about catalogs, schemas and tables. Thread-safe. */
final class SqlMetadata {
    /** The name that SQL calls the one catalog by, whatever name its rows are stored under. */
    private static final String CATALOG = CatalogConfig.DEFAULT_NAME;

    private static final String TABLE = "TABLE";

    private final Warehouse warehouse;
    private final BufferAllocator allocator;

    SqlMetadata(Warehouse warehouse, BufferAllocator allocator) {
        this.warehouse = warehouse;
        this.allocator = allocator;
    }

    void sendCatalogs(ServerStreamListener listener) {
        send(Schemas.GET_CATALOGS_SCHEMA, List.of(List.of(text(CATALOG))), listener);
    }

    void sendTableTypes(ServerStreamListener listener) {
        send(Schemas.GET_TABLE_TYPES_SCHEMA, List.of(List.of(text(TABLE))), listener);
    }

    /** Sends the namespaces that hold tables, and the default one. */
    void sendSchemas(CommandGetDbSchemas question, ServerStreamListener listener) {
        TreeSet<String> namespaces = new TreeSet<>(List.of(TablePaths.DEFAULT_NAMESPACE));
        for (TableListing listing : warehouse.tables()) {
            namespaces.add(listing.table().namespace().toString());
        }
        Pattern wanted = pattern(question.hasDbSchemaFilterPattern(), question.getDbSchemaFilterPattern());
        boolean ours = isOurs(question.hasCatalog(), question.getCatalog());
        List<List<byte[]>> rows = namespaces.stream()
                .filter(name -> ours && wanted.matcher(name).matches())
                .map(name -> List.of(text(CATALOG), text(name)))
                .toList();
        send(Schemas.GET_SCHEMAS_SCHEMA, rows, listener);
    }

    /** Sends the tables that a question asks for. */
    void sendTables(CommandGetTables question, ServerStreamListener listener) {
        Pattern namespaces = pattern(question.hasDbSchemaFilterPattern(), question.getDbSchemaFilterPattern());
        Pattern names = pattern(question.hasTableNameFilterPattern(), question.getTableNameFilterPattern());
        boolean ours = isOurs(question.hasCatalog(), question.getCatalog())
                && (question.getTableTypesCount() == 0
                        || question.getTableTypesList().contains(TABLE));
        List<List<byte[]>> rows = new ArrayList<>();
        for (TableListing listing : ours ? warehouse.tables() : List.<TableListing>of()) {
            String namespace = listing.table().namespace().toString();
            String name = listing.table().name();
            if (namespaces.matcher(namespace).matches() && names.matcher(name).matches()) {
                List<byte[]> row = new ArrayList<>(List.of(text(CATALOG), text(namespace), text(name), text(TABLE)));
                if (question.getIncludeSchema()) {
                    row.add(serialized(listing.schema()));
                }
                rows.add(row);
            }
        }
        send(
                question.getIncludeSchema() ? Schemas.GET_TABLES_SCHEMA : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA,
                rows,
                listener);
    }

    /** Sends no rows: the answer to questions about things that do not exist here, such as keys. */
    void sendNothing(Schema schema, ServerStreamListener listener) {
        send(schema, List.of(), listener);
    }

    private void send(Schema schema, List<List<byte[]>> rows, ServerStreamListener listener) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
            for (int row = 0; row < rows.size(); row++) {
                for (int column = 0; column < rows.get(row).size(); column++) {
                    ((BaseVariableWidthVector) root.getVector(column))
                            .setSafe(row, rows.get(row).get(column));
                }
            }
            root.setRowCount(rows.size());
            listener.start(root);
            listener.putNext();
        }
        listener.completed();
    }

    /** Returns a schema as Flight SQL expects it: one encapsulated IPC message. */
    static byte[] serialized(Schema schema) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            MessageSerializer.serialize(new WriteChannel(Channels.newChannel(bytes)), schema);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    private static byte[] text(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isOurs(boolean given, String catalog) {
        return !given || catalog.isEmpty() || TableNames.folded(catalog).equals(CATALOG);
    }

    /** Returns a LIKE pattern as a regular expression; an absent one matches everything. */
    private static Pattern pattern(boolean given, String like) {
        StringBuilder regex = new StringBuilder();
        boolean escaped = false;
        for (char letter : (given ? like : "%").toCharArray()) {
            if (escaped) {
                regex.append(Pattern.quote(String.valueOf(letter)));
                escaped = false;
            } else if (letter == '\\') {
                escaped = true;
            } else {
                regex.append(
                        switch (letter) {
                            case '%' -> ".*";
                            case '_' -> ".";
                            default -> Pattern.quote(String.valueOf(letter));
                        });
            }
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
    }
}
