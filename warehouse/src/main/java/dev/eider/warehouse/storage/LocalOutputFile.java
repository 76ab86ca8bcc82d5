package dev.eider.warehouse.storage;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/** One local file, for writing: durable, with its directories, once its stream is closed. */
final class LocalOutputFile implements OutputFile {
    private final String location;
    private final Path path;
    private final DurableFiles durable;
    private final boolean synced;

    /**
     * Describes a file; nothing is created yet.
     *
     * @param synced whether the file is durable once its stream is closed; its directories are in any case
     */
    LocalOutputFile(String location, Path path, DurableFiles durable, boolean synced) {
        this.location = location;
        this.path = path;
        this.durable = durable;
        this.synced = synced;
    }

    @Override
    public PositionOutputStream create() {
        return open(StandardOpenOption.CREATE_NEW);
    }

    @Override
    public PositionOutputStream createOrOverwrite() {
        return open(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private PositionOutputStream open(OpenOption... how) {
        OpenOption[] options = java.util.Arrays.copyOf(how, how.length + 1);
        options[how.length] = StandardOpenOption.WRITE;
        try {
            Path directory = Objects.requireNonNullElse(path.getParent(), path);
            if (!Files.isDirectory(directory)) {
                durable.createDirectories(directory);
            }
            return new Stream(
                    path, FileChannel.open(path, options), synced ? durable : new DurableFiles(FileSync.NONE));
        } catch (FileAlreadyExistsException e) {
            throw new AlreadyExistsException(e, "File exists already: %s", location);
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot write %s", location);
        }
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public InputFile toInputFile() {
        return new LocalInputFile(location, path);
    }

    private static final class Stream extends PositionOutputStream {
        private final Path path;
        private final FileChannel channel;
        private final DurableFiles durable;
        private final OutputStream out;
        private long position;

        Stream(Path path, FileChannel channel, DurableFiles durable) {
            this.path = path;
            this.channel = channel;
            this.durable = durable;
            this.out = new BufferedOutputStream(Channels.newOutputStream(channel), 64 * 1024);
        }

        @Override
        public long getPos() {
            return position;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            position++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            position += length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (!channel.isOpen()) {
                return;
            }
            try (channel) {
                out.flush();
            }
            durable.sync(path);
        }
    }
}
