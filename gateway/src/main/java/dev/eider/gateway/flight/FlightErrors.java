package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.UUID;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.memory.OutOfMemoryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns whatever went wrong into the Flight status that a client sees: the one place that knows both.
 *
 * <p>A client finds the exact {@link ErrorCode} in the trailer {@value #CODE}. What nobody foresaw is logged here, once,
 * and reaches the client as a number to ask for.
 */
final class FlightErrors {
    /** Trailer that carries the name of the error code. */
    static final String CODE = "eider-code";

    /** gRPC clients refuse more than 8 KB of trailers, and every byte beyond ASCII takes three in transit. */
    private static final int MAX_DESCRIPTION_BYTES = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(FlightErrors.class);

    private FlightErrors() {}

    /** Returns what to answer the client; errors that the operator has to see are logged. */
    static FlightRuntimeException toFlight(Throwable failure) {
        if (failure instanceof FlightRuntimeException answered) {
            return answered;
        }
        if (failure instanceof EiderException known) {
            logIfOurs(known);
            return answer(known.code(), known.text());
        }
        if (failure instanceof OutOfMemoryException) {
            return answer(ErrorCode.OVERLOADED, "The server's memory for Arrow data is used up, try again later");
        }
        String number = UUID.randomUUID().toString();
        LOG.error("Unexpected failure, error={}", number, failure);
        return answer(ErrorCode.INTERNAL, "Internal error " + number + ", the server's log has the details");
    }

    private static void logIfOurs(EiderException failure) {
        switch (failure.code().kind()) {
            case INTERNAL, UNKNOWN_OUTCOME -> LOG.error("Request failed, code={}", failure.code(), failure);
            case CALLER, TRANSIENT -> LOG.debug("Request failed, code={}", failure.code(), failure);
        }
    }

    private static FlightRuntimeException answer(ErrorCode code, String message) {
        ErrorFlightMetadata trailers = new ErrorFlightMetadata();
        trailers.insert(CODE, code.name());
        return status(code)
                .withDescription(shortened(message))
                .withMetadata(trailers)
                .toRuntimeException();
    }

    /** Returns the Flight status of a code. */
    static CallStatus status(ErrorCode code) {
        return switch (code) {
            case INVALID_REQUEST, TICKET_EXPIRED, INVALID_SQL, SCHEMA_MISMATCH, INVALID_DATA, INVALID_CONFIGURATION ->
                CallStatus.INVALID_ARGUMENT;
            case TABLE_NOT_FOUND, NAMESPACE_NOT_FOUND, VERSION_NOT_FOUND -> CallStatus.NOT_FOUND;
            case ALREADY_EXISTS -> CallStatus.ALREADY_EXISTS;
            case UNSUPPORTED -> CallStatus.UNIMPLEMENTED;
            case FORBIDDEN -> CallStatus.UNAUTHORIZED;
            case UNAUTHENTICATED -> CallStatus.UNAUTHENTICATED;
            case CANCELLED -> CallStatus.CANCELLED;
            case TOO_LARGE, OVERLOADED -> CallStatus.RESOURCE_EXHAUSTED;
            case TIMED_OUT -> CallStatus.TIMED_OUT;
            case COMMIT_CONFLICT, SHUTTING_DOWN -> CallStatus.UNAVAILABLE;
            case STORAGE_FAILED, CATALOG_FAILED, INTERNAL -> CallStatus.INTERNAL;
            case OUTCOME_UNKNOWN -> CallStatus.UNKNOWN;
        };
    }

    private static String shortened(String message) {
        int bytes = 0;
        for (int index = 0; index < message.length(); index++) {
            char letter = message.charAt(index);
            bytes += letter >= ' ' && letter <= '~' ? 1 : 9;
            if (bytes > MAX_DESCRIPTION_BYTES) {
                int end = Character.isLowSurrogate(letter) ? index - 1 : index;
                return message.substring(0, end) + "...";
            }
        }
        return message;
    }
}
