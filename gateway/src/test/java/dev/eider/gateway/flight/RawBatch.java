package dev.eider.gateway.flight;

import com.google.flatbuffers.FlatBufferBuilder;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** A record batch written byte by byte, in which every length can be made to lie. */
final class RawBatch {
    /** Rows that an honest batch has. */
    static final int ROWS = 10;

    long rows = ROWS;
    long bodyLength;
    final List<long[]> nodes = new ArrayList<>();
    final List<long[]> buffers = new ArrayList<>();
    final ByteBuffer body = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

    /** Rows of {@code TestRows.SCHEMA}: ids 0 to 9, and a letter for each. */
    static RawBatch honest() {
        RawBatch batch = new RawBatch();
        batch.node(ROWS, 0);
        batch.buffer(0);
        batch.numbers();
        batch.node(ROWS, 0);
        batch.buffer(0);
        batch.buffer(4 * (ROWS + 1));
        for (int offset = 0; offset <= ROWS; offset++) {
            batch.body.putInt(offset);
        }
        batch.align();
        batch.buffer(ROWS);
        batch.body.put("abcdefghij".getBytes(StandardCharsets.US_ASCII));
        batch.align();
        return batch;
    }

    /** Rows of nothing but an id. */
    static RawBatch ids() {
        RawBatch batch = new RawBatch();
        batch.node(ROWS, 0);
        batch.buffer(0);
        batch.numbers();
        return batch;
    }

    /** Rows of a struct with an id in it. */
    static RawBatch structs() {
        RawBatch batch = new RawBatch();
        batch.node(ROWS, 0);
        batch.buffer(0);
        batch.node(ROWS, 0);
        batch.buffer(0);
        batch.numbers();
        return batch;
    }

    /** Rows of a list with one id in it. */
    static RawBatch lists() {
        RawBatch batch = new RawBatch();
        batch.node(ROWS, 0);
        batch.buffer(0);
        batch.buffer(4 * (ROWS + 1));
        for (int offset = 0; offset <= ROWS; offset++) {
            batch.body.putInt(offset);
        }
        batch.align();
        batch.node(ROWS, 0);
        batch.buffer(0);
        batch.numbers();
        return batch;
    }

    static Schema idSchema() {
        return new Schema(List.of(id()));
    }

    static Schema structSchema() {
        return new Schema(List.of(new Field(
                "s", org.apache.arrow.vector.types.pojo.FieldType.nullable(new ArrowType.Struct()), List.of(id()))));
    }

    static Schema listSchema() {
        return new Schema(List.of(new Field(
                "l", org.apache.arrow.vector.types.pojo.FieldType.nullable(new ArrowType.List()), List.of(id()))));
    }

    private static Field id() {
        return Field.nullable("id", new ArrowType.Int(64, true));
    }

    private void numbers() {
        buffer(8 * ROWS);
        for (long id = 0; id < ROWS; id++) {
            body.putLong(id);
        }
        align();
    }

    private void node(long length, long nulls) {
        nodes.add(new long[] {length, nulls});
    }

    private void buffer(long length) {
        buffers.add(new long[] {body.position(), length});
    }

    private void align() {
        body.position((body.position() + 7) / 8 * 8);
        bodyLength = body.position();
    }

    /** Returns the message as a client would send it. */
    Flight.FlightData message() {
        byte[] bytes = new byte[body.position()];
        body.duplicate().flip().get(bytes);
        return Flight.FlightData.newBuilder()
                .setDataHeader(header())
                .setDataBody(ByteString.copyFrom(bytes))
                .build();
    }

    private ByteString header() {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        RecordBatch.startNodesVector(builder, nodes.size());
        for (int i = nodes.size() - 1; i >= 0; i--) {
            FieldNode.createFieldNode(builder, nodes.get(i)[0], nodes.get(i)[1]);
        }
        int nodeVector = builder.endVector();
        RecordBatch.startBuffersVector(builder, buffers.size());
        for (int i = buffers.size() - 1; i >= 0; i--) {
            Buffer.createBuffer(builder, buffers.get(i)[0], buffers.get(i)[1]);
        }
        int bufferVector = builder.endVector();
        RecordBatch.startRecordBatch(builder);
        RecordBatch.addLength(builder, rows);
        RecordBatch.addNodes(builder, nodeVector);
        RecordBatch.addBuffers(builder, bufferVector);
        int batch = RecordBatch.endRecordBatch(builder);
        Message.startMessage(builder);
        Message.addVersion(builder, MetadataVersion.V5);
        Message.addHeaderType(builder, MessageHeader.RecordBatch);
        Message.addHeader(builder, batch);
        Message.addBodyLength(builder, bodyLength);
        builder.finish(Message.endMessage(builder));
        return ByteString.copyFrom(builder.sizedByteArray());
    }

    /** Returns the message that opens an upload. */
    static Flight.FlightData opening(Schema schema, String... path) {
        return Flight.FlightData.newBuilder()
                .setFlightDescriptor(Flight.FlightDescriptor.newBuilder()
                        .setType(Flight.FlightDescriptor.DescriptorType.PATH)
                        .addAllPath(List.of(path)))
                .setDataHeader(ByteString.copyFrom(MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT)))
                .build();
    }
}
