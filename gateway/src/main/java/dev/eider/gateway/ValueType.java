package dev.eider.gateway;

import dev.eider.catalog.CatalogConfig.Durability;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.HistoryPolicy;
import dev.eider.catalog.HistoryRule;
import dev.eider.warehouse.read.ReadConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How the text of a setting becomes a value. Immutable.
 *
 * @param label what the reference calls the type
 * @param expected what an error message says was expected
 * @param parser turns text into a value, or throws {@link IllegalArgumentException}, whose message (if it has one)
 *     replaces {@code expected}
 */
record ValueType<T>(String label, String expected, Function<String, T> parser) {
    private static final Pattern SIZE = Pattern.compile("(\\d+) ?(|B|[KMGT]i?B)");
    private static final Pattern DURATION = Pattern.compile("(\\d+) ?(ms|s|m|h|d)");

    static final ValueType<String> TEXT = new ValueType<>("text", "some text", ValueType::nonEmpty);
    static final ValueType<Optional<Secret>> SECRET =
            new ValueType<>("secret text", "some text", text -> Optional.of(new Secret(nonEmpty(text))));
    static final ValueType<Optional<String>> OPTIONAL_TEXT =
            new ValueType<>("text", "some text", text -> Optional.of(nonEmpty(text)));
    static final ValueType<Durability> DURABILITY =
            new ValueType<>("full or fast", "full or fast", ValueType::durability);
    static final ValueType<List<String>> LIST =
            new ValueType<>("list", "values with commas between them", ValueType::list);
    static final ValueType<Path> DIRECTORY = new ValueType<>(
            "path", "a directory", text -> Path.of(text).toAbsolutePath().normalize());
    static final ValueType<Boolean> SWITCH = new ValueType<>("true or false", "true or false", ValueType::trueOrFalse);
    static final ValueType<ReadConfig.Engine> ENGINE =
            new ValueType<>("auto, planned or iceberg_scan", "auto, planned or iceberg_scan", ValueType::engine);

    static final ValueType<HistoryPolicy> HISTORY =
            new ValueType<>("history policy", "a history policy", ValueType::history);

    /** Returns the type of whole numbers in a range. */
    static ValueType<Long> number(long minimum, long maximum) {
        String range = maximum == Long.MAX_VALUE ? "of at least " + minimum : "from " + minimum + " to " + maximum;
        return new ValueType<>(
                "number", "a whole number " + range, text -> within(Long.parseLong(text), minimum, maximum));
    }

    /** Returns the type of byte counts in a range. */
    static ValueType<Long> size(long minimum, long maximum) {
        String range = maximum == Long.MAX_VALUE
                ? "of at least " + sizeText(minimum)
                : "from " + sizeText(minimum) + " to " + sizeText(maximum);
        return new ValueType<>(
                "size",
                "a size " + range + ", written like 64MB or 1GiB, or as a plain number of bytes",
                text -> within(bytes(text), minimum, maximum));
    }

    /** Returns the type of lengths of time that are no shorter than a minimum. */
    static ValueType<Duration> duration(Duration minimum) {
        return new ValueType<>(
                "duration",
                "a duration of at least " + minimum.toMillis() + "ms, written like 250ms, 30s, 5m, 1h or 7d",
                text -> longEnough(length(text), minimum));
    }

    private static String nonEmpty(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(ValueType::nonEmpty)
                .toList();
    }

    private static boolean trueOrFalse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    private static Durability durability(String text) {
        return switch (text) {
            case "full" -> Durability.FULL;
            case "fast" -> Durability.FAST;
            default -> throw new IllegalArgumentException();
        };
    }

    private static HistoryPolicy history(String text) {
        try {
            return HistoryRule.parse(text);
        } catch (EiderException e) {
            throw new IllegalArgumentException(e.text(), e);
        }
    }

    private static ReadConfig.Engine engine(String text) {
        return switch (text) {
            case "auto" -> ReadConfig.Engine.AUTO;
            case "planned" -> ReadConfig.Engine.PLANNED;
            case "iceberg_scan" -> ReadConfig.Engine.ICEBERG_SCAN;
            default -> throw new IllegalArgumentException();
        };
    }

    private static long within(long value, long minimum, long maximum) {
        if (value < minimum || value > maximum) {
            throw new IllegalArgumentException();
        }
        return value;
    }

    private static long bytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException();
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unitBytes(matcher.group(2)));
        } catch (ArithmeticException | NumberFormatException tooLarge) {
            throw new IllegalArgumentException((String) null, tooLarge);
        }
    }

    private static long unitBytes(String unit) {
        return switch (unit) {
            case "KB", "KiB" -> 1L << 10;
            case "MB", "MiB" -> 1L << 20;
            case "GB", "GiB" -> 1L << 30;
            case "TB", "TiB" -> 1L << 40;
            default -> 1L;
        };
    }

    private static String sizeText(long bytes) {
        if (bytes >= 1L << 20 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "MB";
        }
        if (bytes >= 1L << 10 && bytes % (1L << 10) == 0) {
            return (bytes >> 10) + "KB";
        }
        return bytes + "B";
    }

    private static Duration length(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException();
        }
        long amount = Long.parseLong(matcher.group(1));
        try {
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        } catch (ArithmeticException tooLong) {
            throw new IllegalArgumentException((String) null, tooLong);
        }
    }

    private static Duration longEnough(Duration value, Duration minimum) {
        if (value.compareTo(minimum) < 0 || value.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException();
        }
        return value;
    }
}
