package dev.eider.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyedRetriesTest {
    private static final KeyedRetries QUICK =
            new KeyedRetries(Duration.ofMinutes(1), Duration.ofNanos(1), Duration.ofNanos(1));
    private static final GatewayAddress ADDRESS = GatewayAddress.parse(GatewayAddress.DEFAULT_URL);

    private final AtomicInteger calls = new AtomicInteger();

    @ParameterizedTest
    @ValueSource(strings = {"OVERLOADED", "TIMED_OUT", "COMMIT_CONFLICT", "SHUTTING_DOWN", "OUTCOME_UNKNOWN"})
    void repeatsWhatMayPassOrIsUnknown(String code) {
        assertThat(QUICK.run(failing(10, answered(CallStatus.INTERNAL, code)))).isEqualTo(11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TOO_LARGE", "ALREADY_EXISTS", "INVALID_REQUEST", "STORAGE_FAILED", "INTERNAL"})
    void neverRepeatsWhatStaysWrong(String code) {
        assertThatThrownBy(() -> QUICK.run(failing(1, answered(CallStatus.UNAVAILABLE, code))))
                .isInstanceOf(GatewayException.class);
        assertThat(calls).hasValue(1);
    }

    @Test
    void repeatsWhenTheConnectionBreaks() {
        assertThat(QUICK.run(failing(3, broken(new IllegalStateException("reset")))))
                .isEqualTo(4);
    }

    @Test
    void givesUpSoonWhereNoGatewayHasEverAnswered() {
        assertThatThrownBy(() -> QUICK.run(failing(9, broken(new ConnectException("refused")))))
                .hasMessageContaining("no gateway answers");
        assertThat(calls).hasValue(3);
    }

    @Test
    void givesUpWhenTheTimeIsOver() {
        KeyedRetries over = new KeyedRetries(Duration.ZERO, Duration.ofNanos(1), Duration.ofNanos(1));

        assertThatThrownBy(() -> over.run(failing(9, answered(CallStatus.UNAVAILABLE, "SHUTTING_DOWN"))))
                .isInstanceOf(GatewayException.class);
        assertThat(calls).hasValue(1);
    }

    private Supplier<Integer> failing(int times, GatewayException failure) {
        return () -> {
            if (calls.incrementAndGet() <= times) {
                throw failure;
            }
            return calls.get();
        };
    }

    private static GatewayException answered(CallStatus status, String code) {
        ErrorFlightMetadata trailers = new ErrorFlightMetadata();
        trailers.insert("eider-code", code);
        return GatewayException.of(status.withMetadata(trailers).toRuntimeException(), ADDRESS);
    }

    private static GatewayException broken(Exception cause) {
        return GatewayException.of(CallStatus.UNAVAILABLE.withCause(cause).toRuntimeException(), ADDRESS);
    }
}
