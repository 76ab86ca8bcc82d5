package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eider.catalog.EiderException;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableNamingTest {
    @Test
    void catalogIsNamedInAsciiWhateverItsCase() {
        assertThat(TableNaming.identifier(List.of("EIDER", "main", "t"))).hasToString("main.t");
        // A Turkish dotless i has the same capital as an i.
        assertThatExceptionOfType(EiderException.class)
                .isThrownBy(() -> TableNaming.identifier(List.of("e\u0131der", "main", "t")))
                .withMessageContaining("There is no catalog e\u0131der");
    }
}
