package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The instance without threads is as shut off as the other, and both stay within the limits together. */
class SerialInstanceTest {
    private static final long MEMORY = 256L << 20;

    @TempDir
    private Path directory;

    private QueryEngine engine;

    @BeforeEach
    void open() {
        engine = QueryEngine.open(
                new EngineConfig(MEMORY, 3, directory.resolve("spill"), 1L << 30), List.of(directory.resolve("data")));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void runsStatementsOnTheCallingThreadAlone() {
        try (EngineConnection serial = engine.connectSerial(0).orElseThrow();
                EngineConnection shared = engine.connect()) {
            assertThat(setting(serial, "threads")).isEqualTo("1");
            assertThat(setting(shared, "threads")).isEqualTo("3");
        }
    }

    @Test
    void sharesTheLimitOfMemory() {
        try (EngineConnection serial = engine.connectSerial(0).orElseThrow();
                EngineConnection shared = engine.connect()) {
            assertThat(setting(serial, "memory_limit")).isEqualTo("32.0 MiB");
            assertThat(setting(shared, "memory_limit")).isEqualTo("224.0 MiB");
        }
    }

    @Test
    void takesNoMoreThanItsMemoryIsFor() {
        try (EngineConnection half = engine.connectSerial(4 << 20).orElseThrow()) {
            assertThat(engine.connectSerial(5 << 20)).isEmpty();
            engine.connectSerial(4 << 20).orElseThrow().close();
            engine.connectSerial(4 << 20).orElseThrow().close();
            half.execute("SELECT 1");
        }
        engine.connectSerial(8 << 20).orElseThrow().close();
        assertThat(engine.connectSerial(9 << 20)).isEmpty();
    }

    @Test
    void reachesNothingOfTheHost() {
        try (EngineConnection serial = engine.connectSerial(0).orElseThrow()) {
            assertThatThrownBy(() -> serial.query("SELECT * FROM read_text('/etc/hostname')", row -> row.getString(1)))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
            assertThatThrownBy(() -> serial.execute("SET threads = 2"))
                    .isInstanceOf(EiderException.class)
                    .hasMessageContaining("locked");
        }
    }

    private static String setting(EngineConnection connection, String name) {
        return connection
                .query("SELECT current_setting('" + name + "')::VARCHAR", row -> row.getString(1))
                .get(0);
    }
}
