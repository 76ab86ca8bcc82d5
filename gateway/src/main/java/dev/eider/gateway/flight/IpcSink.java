package dev.eider.gateway.flight;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.jspecify.annotations.Nullable;

/** Writes batches as one Arrow IPC stream, and hands it out in chunks. Confined to one thread. */
final class IpcSink implements BatchSink {
    /** What a client with gRPC's default limit of 4 MB for a message still takes. */
    private static final int CHUNK_BYTES = 1 << 20;

    private final Chunks chunks;
    private @Nullable ArrowStreamWriter writer;

    IpcSink(Consumer<byte[]> out) {
        this.chunks = new Chunks(out);
    }

    @Override
    public void start(VectorSchemaRoot root, DictionaryProvider dictionaries) throws IOException {
        writer = new ArrowStreamWriter(root, dictionaries, Channels.newChannel(chunks));
        writer.start();
    }

    @Override
    public void batch() throws IOException {
        started().writeBatch();
    }

    @Override
    public void end() throws IOException {
        started().end();
        chunks.flush();
    }

    private ArrowStreamWriter started() {
        if (writer == null) {
            throw new IllegalStateException("start comes first");
        }
        return writer;
    }

    private static final class Chunks extends OutputStream {
        private final Consumer<byte[]> out;
        private final byte[] buffer = new byte[CHUNK_BYTES];
        private int filled;

        Chunks(Consumer<byte[]> out) {
            this.out = out;
        }

        @Override
        public void write(int value) {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            int done = 0;
            while (done < length) {
                int part = Math.min(length - done, CHUNK_BYTES - filled);
                System.arraycopy(bytes, offset + done, buffer, filled, part);
                filled += part;
                done += part;
                if (filled == CHUNK_BYTES) {
                    flush();
                }
            }
        }

        @Override
        public void flush() {
            if (filled > 0) {
                out.accept(Arrays.copyOf(buffer, filled));
                filled = 0;
            }
        }
    }
}
