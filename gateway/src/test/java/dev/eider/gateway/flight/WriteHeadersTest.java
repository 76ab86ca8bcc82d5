package dev.eider.gateway.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.write.WriteMode;
import dev.eider.warehouse.write.WriteOptions;
import java.time.Duration;
import java.util.Optional;
import org.apache.arrow.flight.FlightCallHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriteHeadersTest {
    @Test
    void takesDefaultsWhereNothingIsSaid() {
        assertThat(WriteHeaders.parse(headers())).isEqualTo(WriteOptions.DEFAULT);
    }

    @Test
    void takesKeyDigestAndBranch() {
        WriteOptions options = WriteHeaders.parse(headers(
                "eider-mode", "append",
                "eider-idempotency-key", "orders 17",
                "eider-content-digest", "sha256:abc",
                "eider-branch", "audit"));

        assertThat(options)
                .isEqualTo(new WriteOptions(
                        WriteMode.APPEND,
                        0,
                        Optional.empty(),
                        Optional.of("orders 17"),
                        Optional.of("sha256:abc"),
                        "audit"));
    }

    @Test
    void takesSteps() {
        WriteOptions options =
                WriteHeaders.parse(headers("eider-commit-every-rows", "10", "eider-commit-every-seconds", "0.5"));

        assertThat(options)
                .isEqualTo(WriteOptions.inSteps(WriteMode.CREATE_APPEND, 10, Optional.of(Duration.ofMillis(500))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "tab\there", "line\nbreak", "nul\0", "\u007f", "caf\u00e9", "\ufffd"})
    void refusesNamesThatAreNotVisibleAscii(String name) {
        for (String header : new String[] {"eider-idempotency-key", "eider-branch"}) {
            refuses(header, header, name);
        }
        refuses("eider-content-digest", "eider-idempotency-key", "k", "eider-content-digest", name);
    }

    @Test
    void refusesNamesOfMoreThan200Characters() {
        String longest = "k".repeat(200);

        assertThat(WriteHeaders.parse(headers("eider-idempotency-key", longest)).idempotencyKey())
                .contains(longest);
        refuses("eider-idempotency-key", "eider-idempotency-key", longest + "k");
    }

    @Test
    void refusesAKeyForAppendsInSteps() {
        refuses("idempotency-key", "eider-idempotency-key", "k", "eider-commit-every-rows", "10");
        refuses("idempotency-key", "eider-idempotency-key", "k", "eider-commit-every-seconds", "1");
    }

    @Test
    void refusesADigestWithoutAKey() {
        refuses("idempotency-key", "eider-content-digest", "sha256:abc");
    }

    @Test
    void refusesAnOptionGivenTwiceUnlessBothAreTheSame() {
        refuses("\"a\" and as \"b\"", "eider-idempotency-key", "a", "eider-idempotency-key", "b");
        refuses("eider-mode is given twice", "eider-mode", "append", "eider-mode", "create");

        assertThat(WriteHeaders.parse(headers("eider-idempotency-key", "a", "eider-idempotency-key", "a"))
                        .idempotencyKey())
                .contains("a");
    }

    @Test
    void refusesOptionsOfReads() {
        refuses("eider-min-snapshot", "eider-min-snapshot", "1");
    }

    @Test
    void refusesEveryOptionForSqlUpdates() {
        WriteHeaders.refuseAll(headers("authorization", "Bearer x"));

        assertThatThrownBy(() -> WriteHeaders.refuseAll(headers("eider-idempotency-key", "k")))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                .hasMessageContaining("eider-idempotency-key");
    }

    private static void refuses(String named, String... headers) {
        assertThatThrownBy(() -> WriteHeaders.parse(headers(headers)))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining(named);
    }

    static FlightCallHeaders headers(String... namesAndValues) {
        FlightCallHeaders headers = new FlightCallHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.insert(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }
}
