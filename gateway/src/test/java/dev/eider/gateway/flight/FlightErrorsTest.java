package dev.eider.gateway.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlightErrorsTest {

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyCodeReachesTheClient(ErrorCode code) {
        FlightRuntimeException answer = FlightErrors.toFlight(new EiderException(code, "what happened"));

        assertThat(answer.status().code()).isNotEqualTo(FlightStatusCode.OK);
        assertThat(answer.status().description()).isEqualTo("what happened");
        assertThat(answer.status().metadata().get(FlightErrors.CODE)).isEqualTo(code.name());
    }

    @Test
    void hidesWhatNobodyForesaw() {
        FlightRuntimeException answer = FlightErrors.toFlight(new IllegalStateException("/secret/path"));

        assertThat(answer.status().code()).isEqualTo(FlightStatusCode.INTERNAL);
        assertThat(answer.status().description()).doesNotContain("secret").containsPattern("[0-9a-f-]{36}");
    }

    @Test
    void fitsLongMessagesIntoATrailer() {
        FlightRuntimeException answer =
                FlightErrors.toFlight(new EiderException(ErrorCode.INVALID_SQL, "\uD83E\uDD86".repeat(10_000)));

        String description = answer.status().description();
        assertThat(description).startsWith("\uD83E\uDD86").endsWith("...");
        assertThat(description.getBytes(StandardCharsets.UTF_8).length * 3).isLessThan(8_192);
    }
}
