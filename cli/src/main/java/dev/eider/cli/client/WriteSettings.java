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
 * @param idempotencyKey names the append, so that repeating it stores nothing twice
 * @param contentDigest what the rows are, in the caller's words: the same key with other words is refused
 * @param branch the existing branch that gets the rows; absent means main
 */
public record WriteSettings(
        Optional<String> mode,
        long commitEveryRows,
        Optional<Duration> commitEvery,
        Optional<String> idempotencyKey,
        Optional<String> contentDigest,
        Optional<String> branch) {
    private static final int LONGEST_NAME = 200;

    /** Leaves everything to the gateway: one stream is one append, and a missing table is created. */
    public static final WriteSettings DEFAULT = new WriteSettings(
            Optional.empty(), 0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** Refuses what a header cannot carry: it would arrive as something else. */
    public WriteSettings {
        idempotencyKey.ifPresent(value -> requireName("idempotency key", value));
        contentDigest.ifPresent(value -> requireName("content digest", value));
        branch.ifPresent(value -> requireName("branch", value));
        if (idempotencyKey.isPresent() && (commitEveryRows > 0 || commitEvery.isPresent())) {
            throw new IllegalArgumentException("an idempotency key names one append: do not commit in steps");
        }
        if (contentDigest.isPresent() && idempotencyKey.isEmpty()) {
            throw new IllegalArgumentException("a content digest needs an idempotency key");
        }
    }

    private static void requireName(String what, String value) {
        if (value.isBlank()
                || value.length() > LONGEST_NAME
                || !value.chars().allMatch(letter -> letter >= ' ' && letter <= '~')) {
            throw new IllegalArgumentException(
                    "the " + what + " has to be 1 to " + LONGEST_NAME + " visible ASCII characters");
        }
    }

    /** Returns whether appends come in steps, which no key can name. */
    public boolean inSteps() {
        return commitEveryRows > 0 || commitEvery.isPresent();
    }

    /** Returns the same with an idempotency key. */
    public WriteSettings withKey(String key) {
        return new WriteSettings(mode, commitEveryRows, commitEvery, Optional.of(key), contentDigest, branch);
    }

    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        mode.ifPresent(value -> headers.put("eider-mode", value));
        if (commitEveryRows > 0) {
            headers.put("eider-commit-every-rows", Long.toString(commitEveryRows));
        }
        commitEvery.ifPresent(value -> headers.put("eider-commit-every-seconds", Long.toString(value.toSeconds())));
        idempotencyKey.ifPresent(value -> headers.put("eider-idempotency-key", value));
        contentDigest.ifPresent(value -> headers.put("eider-content-digest", value));
        branch.ifPresent(value -> headers.put("eider-branch", value));
        return headers;
    }

    static CallOption asOption(Map<String, String> headers) {
        FlightCallHeaders callHeaders = new FlightCallHeaders();
        headers.forEach(callHeaders::insert);
        return new HeaderCallOption(callHeaders);
    }
}
