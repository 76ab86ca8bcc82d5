package dev.eider.warehouse.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * One file of this host that is sent to a bucket, in parts, maybe while it is still appended to.
 *
 * <p>Used by one thread at a time. Closing it ends the object, whatever was sent of it.
 */
final class Upload implements Closeable {
    private static final int BUFFER_BYTES = 128 << 10;

    private final FileChannel file;
    private final PositionOutputStream object;
    private final WritableByteChannel target;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private boolean broken;

    private Upload(FileChannel file, PositionOutputStream object) {
        this.file = file;
        this.object = object;
        this.target = Channels.newChannel(object);
    }

    static Upload begin(Path file, OutputFile object) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            return new Upload(channel, object.createOrOverwrite());
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Sends what was appended since the last time; once this fails, the object never becomes whole.
     *
     * @param goesOn asked before each piece: false ends this early
     */
    void sendNew(BooleanSupplier goesOn) throws IOException {
        boolean before = broken;
        broken = true;
        while (goesOn.getAsBoolean() && file.read(buffer.clear()) > 0) {
            target.write(buffer.flip());
        }
        broken = before;
    }

    /** Sends all that is missing. */
    void sendNew() throws IOException {
        sendNew(() -> true);
    }

    boolean isBroken() {
        return broken;
    }

    @Override
    public void close() throws IOException {
        try (file) {
            object.close();
        }
    }
}
