package dev.eider.gateway.flight;

import static dev.eider.gateway.flight.WriteHeadersTest.headers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.read.ReadOptions;
import dev.eider.warehouse.read.TableVersion;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadHeadersTest {
    @Test
    void asksForNothingByDefault() {
        assertThat(ReadHeaders.parse(headers("authorization", "Bearer x"))).isEqualTo(ReadOptions.NONE);
    }

    @Test
    void takesOneSnapshot() {
        assertThat(ReadHeaders.parse(headers("eider-min-snapshot", "8011121264579306748")))
                .isEqualTo(new ReadOptions(OptionalLong.of(8011121264579306748L), Map.of()));
    }

    @Test
    void takesASnapshotForEachTable() {
        assertThat(ReadHeaders.parse(headers("eider-min-snapshot", "t=1, sales.orders=2,a.b.c=3"))
                        .minSnapshots())
                .containsOnly(
                        Map.entry(TableIdentifier.of("main", "t"), 1L),
                        Map.entry(TableIdentifier.of("sales", "orders"), 2L),
                        Map.entry(TableIdentifier.of(Namespace.of("a", "b"), "c"), 3L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "-1",
                "1,2",
                "t=",
                "=1",
                "t=x",
                "t=1,",
                "t=1,2",
                "t=1,t=2",
                "t=-1",
                "9223372036854775808"
            })
    void refusesWhatIsNoSnapshot(String value) {
        assertThatThrownBy(() -> ReadHeaders.parse(headers("eider-min-snapshot", value)))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void takesAVersionForEveryTable() {
        assertThat(ReadHeaders.parse(headers("eider-as-of", "2026-03-01")).version())
                .isEqualTo(new TableVersion.AsOf(Instant.parse("2026-03-01T00:00:00Z")));
        assertThatThrownBy(() -> ReadHeaders.parse(headers("eider-as-of", " ")))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void refusesOptionsOfWrites() {
        assertThatThrownBy(() -> ReadHeaders.parse(headers("eider-mode", "append")))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining("eider-mode")
                .hasMessageContaining("eider-min-snapshot");
    }
}
