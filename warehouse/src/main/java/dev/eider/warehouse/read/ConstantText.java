package dev.eider.warehouse.read;

import dev.eider.warehouse.engine.SqlConstant;
import dev.eider.warehouse.engine.SqlConstant.Kind;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the texts of constants where they are written in the plain form that the engine reads the same. Stateless. */
final class ConstantText {
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}(?:\\.(?<fraction>\\d{1,18}))?");
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Pattern TIME = Pattern.compile("\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,6})?");
    private static final Pattern MOMENT = Pattern.compile("(?<day>\\d{4}-\\d{2}-\\d{2})"
            + "(?:[ T](?<time>\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,6})?)(?<zone>Z|[+-]\\d{2}(?::\\d{2})?)?)?");
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private ConstantText() {}

    static boolean isText(SqlConstant constant) {
        return constant.kind() == Kind.LITERAL || constant.kind() == Kind.VARCHAR;
    }

    /** Returns a number that is not rounded when it takes the scale. */
    static Optional<BigDecimal> number(SqlConstant constant, int scale) {
        Matcher number = NUMBER.matcher(constant.text());
        if (!number.matches()) {
            return Optional.empty();
        }
        String fraction = number.group("fraction");
        boolean fits = fraction == null || fraction.length() <= scale;
        return fits ? Optional.of(new BigDecimal(constant.text())) : Optional.empty();
    }

    static Optional<UUID> uuid(SqlConstant constant) {
        boolean typed = constant.kind() == Kind.LITERAL || constant.kind() == Kind.UUID;
        return typed && UUID_TEXT.matcher(constant.text()).matches()
                ? Optional.of(UUID.fromString(constant.text()))
                : Optional.empty();
    }

    /** Returns the days from the epoch to a date. */
    static Optional<Integer> days(SqlConstant constant) {
        boolean typed = constant.kind() == Kind.LITERAL || constant.kind() == Kind.DATE;
        if (!typed || !DAY.matcher(constant.text()).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of((int) LocalDate.parse(constant.text()).toEpochDay());
        } catch (DateTimeException notADay) {
            return Optional.empty();
        }
    }

    /** Returns the microseconds from midnight to a time of day. */
    static Optional<Long> timeMicros(SqlConstant constant) {
        boolean typed = constant.kind() == Kind.LITERAL || constant.kind() == Kind.TIME;
        if (!typed || !TIME.matcher(constant.text()).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(LocalTime.parse(constant.text()).toNanoOfDay() / 1_000);
        } catch (DateTimeException notATime) {
            return Optional.empty();
        }
    }

    /**
     * Returns the microseconds from the epoch to a moment. The session's time zone is UTC.
     *
     * @param zoned whether the column is one of moments on the time line
     */
    static Optional<Long> micros(SqlConstant constant, boolean zoned) {
        boolean withZone = zoned && constant.kind() != Kind.TIMESTAMP;
        Matcher moment = MOMENT.matcher(constant.text());
        if (!isMoment(constant.kind(), zoned) || !moment.matches()) {
            return Optional.empty();
        }
        String time = moment.group("time");
        String zone = moment.group("zone");
        if ((constant.kind() == Kind.DATE && time != null) || (zone != null && !withZone)) {
            return Optional.empty();
        }
        try {
            LocalDateTime local = LocalDate.parse(moment.group("day"))
                    .atTime(time == null ? LocalTime.MIDNIGHT : LocalTime.parse(time));
            ZoneOffset offset = zone == null ? ZoneOffset.UTC : ZoneOffset.of(zone);
            return Optional.of(ChronoUnit.MICROS.between(Instant.EPOCH, local.toInstant(offset)));
        } catch (DateTimeException notAMoment) {
            return Optional.empty();
        }
    }

    private static boolean isMoment(Kind kind, boolean zoned) {
        return switch (kind) {
            case LITERAL, DATE, TIMESTAMP -> true;
            case TIMESTAMP_WITH_TIME_ZONE -> zoned;
            default -> false;
        };
    }
}
