package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.write.WriteMode;
import dev.eider.warehouse.write.WriteOptions;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Set;
import org.apache.arrow.flight.CallHeaders;

/** Reads the options of a write from the headers of its call. */
final class WriteHeaders {
    private static final String MODE = OptionHeaders.PREFIX + "mode";
    private static final String COMMIT_EVERY_ROWS = OptionHeaders.PREFIX + "commit-every-rows";
    private static final String COMMIT_EVERY_SECONDS = OptionHeaders.PREFIX + "commit-every-seconds";
    private static final String IDEMPOTENCY_KEY = OptionHeaders.PREFIX + "idempotency-key";
    private static final String CONTENT_DIGEST = OptionHeaders.PREFIX + "content-digest";
    private static final String BRANCH = OptionHeaders.PREFIX + "branch";
    private static final int LONGEST_NAME = 200;
    private static final BigDecimal MOST_SECONDS =
            BigDecimal.valueOf(Duration.ofDays(365).toSeconds());
    private static final Set<String> KNOWN =
            Set.of(MODE, COMMIT_EVERY_ROWS, COMMIT_EVERY_SECONDS, IDEMPOTENCY_KEY, CONTENT_DIGEST, BRANCH);
    private static final Set<String> PLANNED = Set.of(
            OptionHeaders.PREFIX + "on-schema-change",
            OptionHeaders.PREFIX + "partition-by",
            OptionHeaders.PREFIX + "sort-by");

    private WriteHeaders() {}

    /** Returns the options, or says which header is wrong: none is ever ignored. */
    static WriteOptions parse(CallHeaders callHeaders) {
        OptionHeaders headers = new OptionHeaders(callHeaders);
        headers.requireOnly(KNOWN, PLANNED);
        return new WriteOptions(
                headers.value(MODE).map(WriteHeaders::mode).orElse(WriteOptions.DEFAULT.mode()),
                headers.value(COMMIT_EVERY_ROWS).map(WriteHeaders::rows).orElse(WriteOptions.DEFAULT.commitEveryRows()),
                headers.value(COMMIT_EVERY_SECONDS).map(WriteHeaders::seconds),
                headers.name(IDEMPOTENCY_KEY, LONGEST_NAME),
                headers.name(CONTENT_DIGEST, LONGEST_NAME),
                headers.name(BRANCH, LONGEST_NAME).orElse(WriteOptions.DEFAULT.branch()));
    }

    /** Refuses every option, where none applies: a key that is ignored would be worse than none. */
    static void refuseAll(CallHeaders callHeaders) {
        for (String name : callHeaders.keys()) {
            if (name.startsWith(OptionHeaders.PREFIX)) {
                throw new EiderException(
                        ErrorCode.UNSUPPORTED, "This version does not support the option " + name + " for SQL updates");
            }
        }
    }

    private static WriteMode mode(String text) {
        return switch (text) {
            case "append" -> WriteMode.APPEND;
            case "create" -> WriteMode.CREATE;
            case "create_append" -> WriteMode.CREATE_APPEND;
            case "replace" ->
                throw new EiderException(ErrorCode.UNSUPPORTED, "This version does not support " + MODE + " replace");
            default -> throw OptionHeaders.bad(MODE, text, "append, create or create_append", null);
        };
    }

    private static long rows(String text) {
        try {
            long rows = Long.parseLong(text);
            if (rows > 0) {
                return rows;
            }
        } catch (NumberFormatException notANumber) {
            throw OptionHeaders.bad(COMMIT_EVERY_ROWS, text, "a whole number of at least 1", notANumber);
        }
        throw OptionHeaders.bad(COMMIT_EVERY_ROWS, text, "a whole number of at least 1", null);
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
            throw OptionHeaders.bad(COMMIT_EVERY_SECONDS, text, "a number of seconds such as 5 or 0.5", notANumber);
        }
        throw OptionHeaders.bad(COMMIT_EVERY_SECONDS, text, "a number of seconds such as 5 or 0.5", null);
    }
}
