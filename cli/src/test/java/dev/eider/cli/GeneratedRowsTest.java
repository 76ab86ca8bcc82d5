package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.cli.GeneratedRows.Readings;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GeneratedRowsTest {

    @Test
    void haveIdsThatNoOtherWriterHas() {
        Set<Long> ids = new HashSet<>();
        for (int writer = 0; writer < 50; writer++) {
            Stream.iterate(Readings.first(1_000), Readings::next).limit(20).forEach(readings -> assertThat(
                            Stream.iterate(readings.firstId(), id -> id + 1)
                                    .limit(readings.rows())
                                    .allMatch(ids::add))
                    .isTrue());
        }
        assertThat(ids).hasSize(50 * 20 * 1_000).allMatch(id -> id > 0);
    }
}
