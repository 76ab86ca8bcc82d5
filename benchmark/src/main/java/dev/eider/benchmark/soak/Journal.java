package dev.eider.benchmark.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;

/**
 * What one client logs: every append before it is sent, and what came of it after the answer. Each line has left the
 * process before the next thing happens. Confined to one thread.
 */
final class Journal implements AutoCloseable {
    static final String SUFFIX = ".journal";

    private final FileChannel channel;

    Journal(Path directory, String client) {
        try {
            channel = FileChannel.open(
                    directory.resolve(client + SUFFIX), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What became of an append, as its client was told; the letter is what the line begins with. */
    enum Outcome {
        /** A receipt came, or the rows were seen in the table. */
        ACKNOWLEDGED('A'),
        /** The server said that the rows are not in, and the client left it at that. */
        REFUSED('R'),
        /** Nobody can tell, and the client left it at that. */
        UNKNOWN('U');

        private final char letter;

        Outcome(char letter) {
            this.letter = letter;
        }

        static Outcome of(char letter) {
            for (Outcome outcome : values()) {
                if (outcome.letter == letter) {
                    return outcome;
                }
            }
            throw new IllegalArgumentException("No outcome " + letter);
        }
    }

    void intended(Intent intent) {
        write("I " + intent.number() + " " + intent.table() + " " + intent.branch() + " " + intent.rows() + " "
                + intent.writer());
    }

    void acknowledged(Intent intent, OptionalLong snapshot) {
        String where = snapshot.isPresent() ? Long.toString(snapshot.getAsLong()) : "seen";
        write(Outcome.ACKNOWLEDGED.letter + " " + intent.number() + " " + where);
    }

    void ended(Intent intent, Outcome outcome) {
        write(outcome.letter + " " + intent.number());
    }

    private void write(String line) {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
