package dev.eider.cli.display;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Bytes to a file or a pipe whose failure is noticed: {@link PrintStream} would swallow it, and a full disk would look like
 * success.
 *
 * <p>As thread-safe as the stream behind it. Every failure is an {@link UncheckedIOException}.
 */
public final class LoudOutput extends OutputStream {
    private final OutputStream target;

    private LoudOutput(OutputStream target) {
        this.target = target;
    }

    /** Returns a buffered UTF-8 stream that writes to {@code target} and closes it. */
    public static PrintStream to(OutputStream target) {
        var buffered = new BufferedOutputStream(new LoudOutput(target), 1 << 16);
        return new PrintStream(buffered, false, StandardCharsets.UTF_8);
    }

    @Override
    public void write(int octet) {
        try {
            target.write(octet);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            target.write(bytes, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void flush() {
        try {
            target.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            target.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
