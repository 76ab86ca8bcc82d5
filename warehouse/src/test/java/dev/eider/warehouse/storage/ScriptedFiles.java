package dev.eider.warehouse.storage;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;

/** Files whose content follows from their names, and that count how often they are read. Thread-safe. */
final class ScriptedFiles implements FileIO {
    private static final long serialVersionUID = 1L;

    private final transient Map<String, byte[]> contents = new ConcurrentHashMap<>();
    private final transient Map<String, AtomicInteger> reads = new ConcurrentHashMap<>();
    private transient volatile Runnable beforeRead = () -> {};

    /** Makes a file of so many bytes. */
    StoredFile file(String name, int bytes) {
        String location = "s3://bucket/t/" + name + ".parquet";
        byte[] content = new byte[bytes];
        new Random(location.hashCode()).nextBytes(content);
        contents.put(location, content);
        return new StoredFile(location, bytes);
    }

    byte[] content(StoredFile file) {
        byte[] content = contents.get(file.location());
        if (content == null) {
            throw new NotFoundException("File does not exist: %s", file.location());
        }
        return content;
    }

    /** Cuts a file off, as no store should. */
    void truncate(StoredFile file, int bytes) {
        contents.put(file.location(), Arrays.copyOf(content(file), bytes));
    }

    void remove(StoredFile file) {
        contents.remove(file.location());
    }

    /** Does something before each read from now on. */
    void beforeRead(Runnable action) {
        beforeRead = action;
    }

    int reads(StoredFile file) {
        return reads.computeIfAbsent(file.location(), location -> new AtomicInteger())
                .get();
    }

    @Override
    public InputFile newInputFile(String location) {
        return new InputFile() {
            @Override
            public long getLength() {
                return content(new StoredFile(location, 0)).length;
            }

            @Override
            public SeekableInputStream newStream() {
                reads.computeIfAbsent(location, key -> new AtomicInteger()).incrementAndGet();
                beforeRead.run();
                return new Ranges(content(new StoredFile(location, 0)));
            }

            @Override
            public String location() {
                return location;
            }

            @Override
            public boolean exists() {
                return contents.containsKey(location);
            }
        };
    }

    @Override
    public OutputFile newOutputFile(String location) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void deleteFile(String location) {
        throw new UnsupportedOperationException();
    }

    private static final class Ranges extends SeekableInputStream implements RangeReadable {
        private final byte[] content;
        private final SeekableInputStream whole;

        Ranges(byte[] content) {
            this.content = content;
            this.whole = new InMemoryInputFile(content).newStream();
        }

        @Override
        public void readFully(long position, byte[] buffer, int offset, int length) throws IOException {
            if (position + length > content.length) {
                throw new EOFException();
            }
            System.arraycopy(content, Math.toIntExact(position), buffer, offset, length);
        }

        @Override
        public int readTail(byte[] buffer, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long getPos() throws IOException {
            return whole.getPos();
        }

        @Override
        public void seek(long position) throws IOException {
            whole.seek(position);
        }

        @Override
        public int read() throws IOException {
            return whole.read();
        }

        @Override
        public void close() throws IOException {
            whole.close();
        }
    }
}
