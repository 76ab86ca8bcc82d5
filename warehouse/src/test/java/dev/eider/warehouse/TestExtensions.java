package dev.eider.warehouse;

import dev.eider.warehouse.engine.ExtensionConfig;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * The extensions of DuckDB that tests may use: those below {@code -Deider.test.extensions=DIRECTORY}, laid out as {@code
 * eider extensions install} leaves them. They may be unsigned, so that one's own build can be tested.
 */
public final class TestExtensions {
    private static final String PROPERTY = "eider.test.extensions";

    private TestExtensions() {}

    /** Returns the configuration, or has the test skipped and counted where there is none. */
    public static ExtensionConfig assumed() {
        Optional<Path> directory =
                Optional.ofNullable(System.getProperty(PROPERTY)).map(Path::of);
        Assumptions.assumeTrue(directory.isPresent(), "-D" + PROPERTY + " names no directory of DuckDB's extensions");
        return new ExtensionConfig(directory, true);
    }
}
