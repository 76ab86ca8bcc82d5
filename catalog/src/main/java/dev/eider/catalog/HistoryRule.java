package dev.eider.catalog;

import dev.eider.catalog.HistoryPolicy.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;

/**
 * Which policy the history of a table is thinned by. Only tables that Eider created, and those that ask for it by the
 * property {@value #PROPERTY}, are thinned: readers of other engines rely on the history of theirs. Stateless.
 */
public final class HistoryRule {
    /** What a table asks for: {@code default} (as the gateway is configured), {@code keep}, or a policy as text. */
    public static final String PROPERTY = "eider.history.policy";

    /** The value for the policy that the gateway is configured with. */
    static final String CONFIGURED = "default";

    private static final String KEEP = "keep";
    private static final Pattern NEWEST = Pattern.compile("newest (\\d{1,6}) in (\\d+(?:ms|s|m|h|d))");
    private static final Pattern STEP = Pattern.compile("(all|\\d+(?:ms|s|m|h|d)) for (\\d+(?:ms|s|m|h|d))");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    /** Where Eider lays out its tables: stock clients leave the suffix out unless they are told otherwise. */
    private static final Pattern UNIQUE_LOCATION = Pattern.compile(".*-[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}");
    /** What every table got that was created before the property was there; nobody else writes all three. */
    private static final Map<String, String> FORMER_PROPERTIES = Map.of(
            TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED, "true",
            TableProperties.METADATA_PREVIOUS_VERSIONS_MAX, "100",
            TableProperties.PARQUET_COMPRESSION, "zstd");

    private HistoryRule() {}

    /**
     * Returns the policy for a table.
     *
     * @param configured the policy of this gateway
     * @throws EiderException if the table asks for a policy that cannot be read
     */
    static HistoryPolicy of(TableMetadata metadata, HistoryPolicy configured) {
        String wanted = metadata.properties().get(PROPERTY);
        if (wanted == null) {
            return isFormerTable(metadata) ? configured : HistoryPolicy.KEEP;
        }
        return wanted.strip().equals(CONFIGURED) ? configured : parse(wanted);
    }

    /** Returns whether Eider created a table. */
    static boolean isOurs(TableMetadata metadata) {
        return metadata.properties().containsKey(PROPERTY) || isFormerTable(metadata);
    }

    private static boolean isFormerTable(TableMetadata metadata) {
        return metadata.properties().entrySet().containsAll(FORMER_PROPERTIES.entrySet())
                && UNIQUE_LOCATION.matcher(metadata.location()).matches();
    }

    /** Refuses properties of a new table that ask for a policy which cannot be read. */
    static void requireReadable(Map<String, String> properties) {
        String wanted = properties.get(PROPERTY);
        if (wanted != null && !wanted.strip().equals(CONFIGURED)) {
            parse(wanted);
        }
    }

    /**
     * Reads a policy, such as {@code newest 100 in 5m, 1m for 2h, 15m for 24h, 1h for 7d}; {@code all for 10m} keeps every
     * snapshot of that age, {@code keep} all of them for ever.
     */
    public static HistoryPolicy parse(String text) {
        if (text.strip().equals(KEEP)) {
            return HistoryPolicy.KEEP;
        }
        List<Step> steps = new ArrayList<>();
        int newest = 0;
        Duration newestWindow = Duration.ZERO;
        Duration all = Duration.ZERO;
        for (String clause : text.toLowerCase(Locale.ROOT).strip().split("\\s*,\\s*", -1)) {
            Matcher count = NEWEST.matcher(clause);
            Matcher step = STEP.matcher(clause);
            if (count.matches()) {
                newest = Integer.parseInt(count.group(1));
                newestWindow = time(count.group(2), text);
            } else if (step.matches() && step.group(1).equals("all")) {
                all = time(step.group(2), text);
            } else if (step.matches()) {
                steps.add(step(step, text));
            } else {
                throw unreadable(text);
            }
        }
        return new HistoryPolicy(steps, newest, newestWindow, all);
    }

    private static Step step(Matcher step, String text) {
        Duration spacing = time(step.group(1), text);
        Duration window = time(step.group(2), text);
        if (spacing.isZero() || window.compareTo(spacing) < 0) {
            throw unreadable(text);
        }
        return new Step(window, spacing);
    }

    private static Duration time(String text, String policy) {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw unreadable(policy);
        }
        long amount = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private static EiderException unreadable(String text) {
        return new EiderException(
                ErrorCode.INVALID_REQUEST,
                ("\"%s\" is no history policy: write keep, or a list such as"
                                + " newest 100 in 5m, 1m for 2h, 15m for 24h, 1h for 7d, all for 10m")
                        .formatted(text));
    }
}
