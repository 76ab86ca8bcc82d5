package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.write.WriteMode;
import dev.eider.warehouse.write.WriteOptions;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.apache.arrow.flight.CallHeaders;
import org.jspecify.annotations.Nullable;

/** Reads the options of a write from the headers of its call. */
final class WriteHeaders {
    private static final String PREFIX = "eider-";
    private static final String MODE = PREFIX + "mode";
    private static final String COMMIT_EVERY_ROWS = PREFIX + "commit-every-rows";
    private static final String COMMIT_EVERY_SECONDS = PREFIX + "commit-every-seconds";
    private static final BigDecimal MOST_SECONDS =
            BigDecimal.valueOf(Duration.ofDays(365).toSeconds());
    private static final Set<String> PLANNED = Set.of(
            PREFIX + "idempotency-key",
            PREFIX + "content-digest",
            PREFIX + "branch",
            PREFIX + "on-schema-change",
            PREFIX + "partition-by",
            PREFIX + "sort-by");

    private WriteHeaders() {}

    /** Returns the options, or says which header is wrong: none is ever ignored. */
    static WriteOptions parse(CallHeaders headers) {
        for (String name : headers.keys()) {
            if (name.startsWith(PREFIX)) {
                requireKnown(name);
            }
        }
        return new WriteOptions(
                mode(headers.get(MODE)),
                rows(headers.get(COMMIT_EVERY_ROWS)),
                Optional.ofNullable(headers.get(COMMIT_EVERY_SECONDS)).map(WriteHeaders::seconds));
    }

    private static void requireKnown(String name) {
        if (PLANNED.contains(name)) {
            throw new EiderException(ErrorCode.UNSUPPORTED, "This version does not support the option " + name);
        }
        if (!name.equals(MODE) && !name.equals(COMMIT_EVERY_ROWS) && !name.equals(COMMIT_EVERY_SECONDS)) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "Unknown option " + name + ", known are " + MODE + ", " + COMMIT_EVERY_ROWS + " and "
                            + COMMIT_EVERY_SECONDS);
        }
    }

    private static WriteMode mode(@Nullable String text) {
        if (text == null) {
            return WriteOptions.DEFAULT.mode();
        }
        return switch (text) {
            case "append" -> WriteMode.APPEND;
            case "create" -> WriteMode.CREATE;
            case "create_append" -> WriteMode.CREATE_APPEND;
            case "replace" ->
                throw new EiderException(ErrorCode.UNSUPPORTED, "This version does not support " + MODE + " replace");
            default -> throw bad(MODE, text, "append, create or create_append", null);
        };
    }

    private static long rows(@Nullable String text) {
        if (text == null) {
            return WriteOptions.DEFAULT.commitEveryRows();
        }
        try {
            long rows = Long.parseLong(text);
            if (rows > 0) {
                return rows;
            }
        } catch (NumberFormatException notANumber) {
            throw bad(COMMIT_EVERY_ROWS, text, "a whole number of at least 1", notANumber);
        }
        throw bad(COMMIT_EVERY_ROWS, text, "a whole number of at least 1", null);
    }

    private static Duration seconds(String text) {
        try {
            BigDecimal seconds = text.length() > 20 ? BigDecimal.ZERO : new BigDecimal(text);
            if (seconds.compareTo(MOST_SECONDS) <= 0) {
                Duration duration = Duration.ofMillis(seconds.movePointRight(3).longValue());
                if (duration.compareTo(Duration.ZERO) > 0) {
                    return duration;
                }
            }
        } catch (NumberFormatException notANumber) {
            throw bad(COMMIT_EVERY_SECONDS, text, "a number of seconds such as 5 or 0.5", notANumber);
        }
        throw bad(COMMIT_EVERY_SECONDS, text, "a number of seconds such as 5 or 0.5", null);
    }

    private static EiderException bad(String name, String value, String expected, @Nullable Throwable cause) {
        return new EiderException(
                ErrorCode.INVALID_REQUEST, name + " has the bad value \"" + value + "\": expected " + expected, cause);
    }
}
