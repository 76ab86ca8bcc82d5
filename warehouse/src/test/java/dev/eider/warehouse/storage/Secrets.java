package dev.eider.warehouse.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Looks for keys and signatures in whatever people get to see: errors with all their causes, and the log. */
public final class Secrets implements AutoCloseable {
    private final PrintStream standard = System.err;
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    private Secrets() {
        System.setErr(new PrintStream(new Both(), true, UTF_8));
    }

    /** Listens to the log until this is closed. */
    public static Secrets watch() {
        return new Secrets();
    }

    /** Fails if an error gives one away, in any message of it. */
    public static void assertNoneIn(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        assertNoneIn(text.toString());
    }

    /** Fails if a text gives one away. */
    public static void assertNoneIn(String text) {
        assertThat(text)
                .doesNotContain(S3Server.KEYS.secretAccessKey(), "AWS4-HMAC-SHA256", "X-Amz-Signature", "Signature=");
    }

    /** Fails if the log has given one away. */
    @Override
    public void close() {
        System.setErr(standard);
        assertNoneIn(log.toString(UTF_8));
    }

    private final class Both extends OutputStream {
        @Override
        public synchronized void write(int next) {
            standard.write(next);
            log.write(next);
        }
    }
}
