package dev.eider.cli.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.HeaderCallOption;

/**
 * How a gateway is to write one stream of rows. Immutable.
 *
 * @param mode append, create or create_append; absent leaves it to the gateway
 * @param commitEveryRows commit when this many rows wait; 0 only at the end
 * @param commitEvery commit when rows have waited this long; absent only at the end
 */
public record WriteSettings(Optional<String> mode, long commitEveryRows, Optional<Duration> commitEvery) {

    /** Leaves everything to the gateway: one stream is one append, and a missing table is created. */
    public static final WriteSettings DEFAULT = new WriteSettings(Optional.empty(), 0, Optional.empty());

    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        mode.ifPresent(value -> headers.put("eider-mode", value));
        if (commitEveryRows > 0) {
            headers.put("eider-commit-every-rows", Long.toString(commitEveryRows));
        }
        commitEvery.ifPresent(value -> headers.put("eider-commit-every-seconds", Long.toString(value.toSeconds())));
        return headers;
    }

    static CallOption asOption(Map<String, String> headers) {
        FlightCallHeaders callHeaders = new FlightCallHeaders();
        headers.forEach(callHeaders::insert);
        return new HeaderCallOption(callHeaders);
    }
}
