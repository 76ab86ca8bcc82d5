import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Appends three rows to the table {@code greetings} and reads them back, with nothing but Arrow Flight. */
final class PlainFlightExample {
    public static void main(String[] arguments) throws Exception {
        String url = arguments.length > 0 ? arguments[0] : "grpc://127.0.0.1:8815";
        var uri = java.net.URI.create(url);
        var location = Location.forGrpcInsecure(uri.getHost(), uri.getPort());
        try (var allocator = new RootAllocator();
                var client = FlightClient.builder(allocator, location).build()) {
            append(client, allocator);
            query(client, "SELECT id, text FROM greetings ORDER BY id");
        }
    }

    private static void append(FlightClient client, RootAllocator allocator) {
        var schema = new Schema(List.of(
                Field.nullable("id", new ArrowType.Int(64, true)), Field.nullable("text", new ArrowType.Utf8())));
        // Each commit is answered with a receipt: these rows are durable and visible.
        var receipts = new AsyncPutListener() {
            @Override
            public void onNext(PutResult result) {
                var metadata = result.getApplicationMetadata();
                byte[] receipt = new byte[(int) metadata.readableBytes()];
                metadata.getBytes(0, receipt);
                System.out.println(new String(receipt, StandardCharsets.UTF_8));
            }
        };
        try (var root = VectorSchemaRoot.create(schema, allocator)) {
            var ids = (BigIntVector) root.getVector("id");
            var texts = (VarCharVector) root.getVector("text");
            String[] words = {"hello", "snow", "eider"};
            for (int i = 0; i < words.length; i++) {
                ids.setSafe(i, i);
                texts.setSafe(i, words[i].getBytes(StandardCharsets.UTF_8));
            }
            root.setRowCount(words.length);
            var put = client.startPut(FlightDescriptor.path("main", "greetings"), root, receipts);
            put.putNext();
            put.completed();
            put.getResult();
        }
    }

    private static void query(FlightClient client, String sql) throws Exception {
        var ticket = new Ticket(sql.getBytes(StandardCharsets.UTF_8));
        try (FlightStream rows = client.getStream(ticket)) {
            while (rows.next()) {
                System.out.print(rows.getRoot().contentToTSVString());
            }
        }
    }
}
