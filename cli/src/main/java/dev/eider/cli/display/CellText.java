package dev.eider.cli.display;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Turns the values of {@link CellValues} into text, nested ones in DuckDB's notation. Stateless. */
final class CellText {
    /** ISO date and time with a space between them; fractions only as far as they say something. */
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .appendPattern("HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);

    private static final DateTimeFormatter TIMESTAMP_UTC = new DateTimeFormatterBuilder()
            .append(TIMESTAMP)
            .appendOffset("+HH:mm", "Z")
            .toFormatter(Locale.ROOT);

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter(Locale.ROOT);

    private static final HexFormat HEX = HexFormat.of();

    private CellText() {}

    /** Returns the text of a value that is not null. */
    static String of(Object value) {
        if (value instanceof String text) {
            return text;
        }
        StringBuilder text = new StringBuilder();
        append(text, value);
        return text.toString();
    }

    /** Returns whether the text of a value certainly holds no comma, quote or line end. */
    static boolean isPlain(Object value) {
        return value instanceof Number || value instanceof LocalDateTime || value instanceof OffsetDateTime;
    }

    static void append(StringBuilder text, @Nullable Object value) {
        if (value == null) {
            text.append("NULL");
        } else if (value instanceof Double || value instanceof Float) {
            text.append(floating((Number) value));
        } else if (value instanceof BigDecimal decimal) {
            text.append(decimal.toPlainString());
        } else if (value instanceof byte[] bytes) {
            text.append("\\x").append(HEX.formatHex(bytes));
        } else if (value instanceof LocalDateTime timestamp) {
            appendTimestamp(text, timestamp);
        } else if (value instanceof OffsetDateTime timestamp) {
            TIMESTAMP_UTC.formatTo(timestamp, text);
        } else if (value instanceof java.time.LocalTime time) {
            TIME.formatTo(time, text);
        } else if (value instanceof CellValues.Interval interval) {
            text.append(interval(interval));
        } else {
            appendNested(text, value);
        }
    }

    /** The formatter is exact for every year and fraction; common timestamps are written without its cost. */
    private static void appendTimestamp(StringBuilder text, LocalDateTime timestamp) {
        int year = timestamp.getYear();
        if (year < 1000 || year > 9999 || timestamp.getNano() != 0) {
            TIMESTAMP.formatTo(timestamp, text);
            return;
        }
        text.append(year);
        appendTwoDigits(text, '-', timestamp.getMonthValue());
        appendTwoDigits(text, '-', timestamp.getDayOfMonth());
        appendTwoDigits(text, ' ', timestamp.getHour());
        appendTwoDigits(text, ':', timestamp.getMinute());
        appendTwoDigits(text, ':', timestamp.getSecond());
    }

    private static void appendTwoDigits(StringBuilder text, char separator, int number) {
        text.append(separator).append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    private static void appendNested(StringBuilder text, Object value) {
        if (value instanceof List<?> elements) {
            text.append('[');
            for (int i = 0; i < elements.size(); i++) {
                text.append(i == 0 ? "" : ", ");
                appendElement(text, elements.get(i));
            }
            text.append(']');
        } else if (value instanceof CellValues.Struct struct) {
            text.append('{');
            for (int i = 0; i < struct.names().size(); i++) {
                text.append(i == 0 ? "" : ", ")
                        .append(quoted(struct.names().get(i)))
                        .append(": ");
                appendElement(text, struct.values().get(i));
            }
            text.append('}');
        } else if (value instanceof CellValues.Entries entries) {
            text.append('{');
            for (int i = 0; i < entries.keys().size(); i++) {
                text.append(i == 0 ? "" : ", ");
                appendElement(text, entries.keys().get(i));
                text.append('=');
                appendElement(text, entries.values().get(i));
            }
            text.append('}');
        } else {
            text.append(value);
        }
    }

    private static void appendElement(StringBuilder text, @Nullable Object value) {
        if (value instanceof String element) {
            text.append(needsQuotes(element) ? quoted(element) : element);
        } else {
            append(text, value);
        }
    }

    /** Text inside lists, structs and maps is quoted only where its end would not be clear. */
    private static boolean needsQuotes(String text) {
        return text.isEmpty()
                || text.equalsIgnoreCase("null")
                || text.startsWith(" ")
                || text.endsWith(" ")
                || text.chars().anyMatch(character -> ",[]{}()'\"=:\\".indexOf(character) >= 0);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    private static String floating(Number value) {
        double number = value.doubleValue();
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        String shortest = value.toString();
        int exponentAt = shortest.indexOf('E');
        if (exponentAt < 0) {
            return shortest;
        }
        int exponent = Integer.parseInt(shortest.substring(exponentAt + 1));
        if (exponent > -5 && exponent < 16) {
            String plain = new BigDecimal(shortest).toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = shortest.substring(0, exponentAt);
        digits = digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits;
        return digits + (exponent < 0 ? "e-" : "e+") + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static String interval(CellValues.Interval interval) {
        StringBuilder text = new StringBuilder();
        appendUnit(text, interval.months() / 12, "year");
        appendUnit(text, interval.months() % 12, "month");
        appendUnit(text, interval.days(), "day");
        long nanos = interval.nanos();
        if (nanos != 0 || text.length() == 0) {
            text.append(text.length() == 0 ? "" : " ").append(nanos < 0 ? "-" : "");
            long rest = Math.abs(nanos);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(rest);
            text.append(String.format(Locale.ROOT, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60));
            long fraction = rest % 1_000_000_000L;
            if (fraction != 0) {
                text.append('.')
                        .append(String.format(Locale.ROOT, "%09d", fraction).replaceAll("0+$", ""));
            }
        }
        return text.toString();
    }

    private static void appendUnit(StringBuilder text, long amount, String unit) {
        if (amount != 0) {
            text.append(text.length() == 0 ? "" : " ")
                    .append(amount)
                    .append(' ')
                    .append(unit);
            text.append(Math.abs(amount) == 1 ? "" : "s");
        }
    }
}
