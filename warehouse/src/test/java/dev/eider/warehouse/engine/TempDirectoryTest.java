package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TempDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void anEngineRemovesTheParentThatItMade() {
        Path parent = directory.resolve("spill-77");

        QueryEngine engine = open(parent);
        assertThat(parent).isDirectory();
        engine.close();

        assertThat(parent).doesNotExist();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void anEngineKeepsAParentThatWasThereBefore() throws Exception {
        Path parent = Files.createDirectory(directory.resolve("fast-disk"));

        open(parent).close();

        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void aParentThatOthersUseStaysUntilTheyAreDone() {
        Path parent = directory.resolve("shared");
        QueryEngine first = open(parent);
        QueryEngine second = open(parent);

        first.close();

        assertThat(parent).isNotEmptyDirectory();
        second.close();
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void removesWhatWasSpilled() throws Exception {
        TempDirectory temp = TempDirectory.create(directory.resolve("spill-77"));
        Files.writeString(Files.createDirectory(temp.path().resolve("nested")).resolve("block"), "rows");

        temp.close();

        assertThat(directory).isEmptyDirectory();
    }

    private static QueryEngine open(Path parent) {
        return QueryEngine.open(new EngineConfig(128L << 20, 1, parent, 1L << 30), List.of(parent));
    }
}
