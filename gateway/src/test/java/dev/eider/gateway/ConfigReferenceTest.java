package dev.eider.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    @Test
    void thePageIsUpToDate() throws IOException {
        assertThat(PAGE)
                .as("run dev.eider.gateway.ConfigReference docs/configuration.md")
                .hasContent(ConfigReference.markdown());
    }

    @Test
    void everyDeclaredKeyIsListed() {
        long declared = Stream.of(ConfigKeys.class, StorageKeys.class)
                .flatMap(keys -> Stream.of(keys.getDeclaredFields()))
                .filter(field -> field.getType().equals(ConfigKey.class))
                .count();

        assertThat(ConfigKeys.ALL).hasSize((int) declared).doesNotHaveDuplicates();
        assertThat(ConfigKeys.ALL).extracting(ConfigKey::variable).doesNotHaveDuplicates();
    }
}
