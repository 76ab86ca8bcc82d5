package dev.eider.cli.client;

import java.io.Serial;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Set;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;

/** A call to a gateway that failed; its message is one sentence for the person who made it. */
public final class GatewayException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final String CODE = "eider-code";
    private static final Set<String> PASSING =
            Set.of("OVERLOADED", "TIMED_OUT", "COMMIT_CONFLICT", "SHUTTING_DOWN", "OUTCOME_UNKNOWN");

    private final FlightStatusCode code;
    private final boolean neverSent;
    private final String detail;

    GatewayException(FlightStatusCode code, boolean neverSent, String message, Throwable cause) {
        this(code, neverSent, "", message, cause);
    }

    private GatewayException(FlightStatusCode code, boolean neverSent, String detail, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.neverSent = neverSent;
        this.detail = detail;
    }

    /** Translates what Arrow Flight throws. */
    static GatewayException of(FlightRuntimeException e, GatewayAddress address) {
        CallStatus status = e.status();
        boolean refused = causedBy(e, ConnectException.class) || causedBy(e, UnknownHostException.class);
        return new GatewayException(status.code(), refused, detail(status), describe(status, refused, address), e);
    }

    /** The gateway's own code, which is finer than Flight's; empty if something else answered. */
    private static String detail(CallStatus status) {
        ErrorFlightMetadata trailers = status.metadata();
        String detail = trailers == null || !trailers.containsKey(CODE) ? null : trailers.get(CODE);
        return detail == null ? "" : detail;
    }

    private static String describe(CallStatus status, boolean refused, GatewayAddress address) {
        if (refused) {
            return "no gateway answers at " + address + ": start one with `eider serve`, or name another with --url";
        }
        String description =
                status.description() == null ? "" : status.description().strip();
        return switch (status.code()) {
            case UNAVAILABLE -> "the gateway at " + address + " is not available" + suffix(description);
            case UNAUTHENTICATED ->
                "the gateway does not know who you are" + suffix(description)
                        + " (give --user and --password, or --token)";
            case TIMED_OUT ->
                description.isEmpty() || description.startsWith("deadline exceeded")
                        ? "the gateway at " + address + " did not answer in time"
                        : description;
            case UNIMPLEMENTED ->
                description.isEmpty() || description.startsWith("Method not found")
                        ? "what answers at " + address + " is no Eider gateway, or an older one"
                        : description;
            default -> description.isEmpty() ? "the gateway answered " + status.code() : description;
        };
    }

    private static String suffix(String description) {
        return description.isEmpty() ? "" : ": " + description;
    }

    private static boolean causedBy(Throwable thrown, Class<? extends Throwable> type) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /** Returns what kind of failure it was. */
    public FlightStatusCode code() {
        return code;
    }

    /** Returns whether repeating the call may help: the failure is a passing one, or nobody knows what became of it. */
    public boolean mayPass() {
        if (!detail.isEmpty()) {
            return PASSING.contains(detail);
        }
        return switch (code) {
            // A connection that breaks shows as any of these.
            case UNAVAILABLE, UNKNOWN, INTERNAL, CANCELLED, TIMED_OUT, RESOURCE_EXHAUSTED -> true;
            default -> false;
        };
    }

    /** Returns whether the columns are others than those that a stream began with. */
    boolean columnsChanged() {
        return detail.equals("SCHEMA_MISMATCH");
    }

    /** Returns whether the call certainly never reached a gateway. */
    boolean neverSent() {
        return neverSent;
    }
}
