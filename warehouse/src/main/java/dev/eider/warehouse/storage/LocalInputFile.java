package dev.eider.warehouse.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;

/** One local file, for reading. Thread-safe; its streams are not. */
final class LocalInputFile implements InputFile {
    private final String location;
    private final Path path;

    LocalInputFile(String location, Path path) {
        this.location = location;
        this.path = path;
    }

    @Override
    public long getLength() {
        try {
            return Files.size(path);
        } catch (NoSuchFileException e) {
            throw new NotFoundException(e, "File does not exist: %s", location);
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot read %s", location);
        }
    }

    @Override
    public SeekableInputStream newStream() {
        try {
            return new Stream(FileChannel.open(path, StandardOpenOption.READ));
        } catch (NoSuchFileException e) {
            throw new NotFoundException(e, "File does not exist: %s", location);
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot read %s", location);
        }
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public boolean exists() {
        return Files.exists(path);
    }

    /** Reads through a buffer: metadata decoders ask for single bytes. */
    private static final class Stream extends SeekableInputStream {
        private final FileChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024).flip();
        private long bufferEnd;

        Stream(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public long getPos() {
            return bufferEnd - buffer.remaining();
        }

        @Override
        public void seek(long position) throws IOException {
            if (position < 0) {
                throw new EOFException("Cannot seek to " + position);
            }
            long start = bufferEnd - buffer.limit();
            if (position >= start && position <= bufferEnd) {
                buffer.position((int) (position - start));
            } else {
                buffer.position(0).limit(0);
                bufferEnd = position;
            }
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer.get() & 0xFF : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!buffer.hasRemaining() && length >= buffer.capacity()) {
                return readThrough(ByteBuffer.wrap(bytes, offset, length));
            }
            if (!fill()) {
                return -1;
            }
            int count = Math.min(length, buffer.remaining());
            buffer.get(bytes, offset, count);
            return count;
        }

        private int readThrough(ByteBuffer target) throws IOException {
            int count = channel.read(target, bufferEnd);
            if (count > 0) {
                bufferEnd += count;
                buffer.position(0).limit(0);
            }
            return count;
        }

        private boolean fill() throws IOException {
            if (buffer.hasRemaining()) {
                return true;
            }
            buffer.clear();
            int count = channel.read(buffer, bufferEnd);
            buffer.flip();
            if (count > 0) {
                bufferEnd += count;
            }
            return count > 0;
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
