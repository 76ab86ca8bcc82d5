package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads versions as people write them outside of SQL. Stateless. */
final class VersionText {
    private static final Pattern SNAPSHOT = Pattern.compile("\\d{1,19}");
    private static final Pattern MOMENT = Pattern.compile("(?<day>\\d{4}-\\d{2}-\\d{2})"
            + "(?:[ T](?<time>\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?) ?(?<zone>Z|[+-]\\d{2}(?::?\\d{2})?)?)?");

    private VersionText() {}

    static TableVersion read(String text) {
        String version = text.strip();
        if (SNAPSHOT.matcher(version).matches()) {
            try {
                return new TableVersion.AtSnapshot(Long.parseLong(version));
            } catch (NumberFormatException tooLarge) {
                throw new EiderException(
                        ErrorCode.INVALID_REQUEST,
                        "%s is too large for the id of a snapshot".formatted(version),
                        tooLarge);
            }
        }
        Matcher moment = MOMENT.matcher(version);
        if (!moment.matches()) {
            return new TableVersion.AtRef(version);
        }
        String time = moment.group("time");
        String zone = moment.group("zone");
        try {
            return new TableVersion.AsOf(LocalDate.parse(moment.group("day"))
                    .atTime(time == null ? LocalTime.MIDNIGHT : LocalTime.parse(time))
                    .toInstant(zone == null ? ZoneOffset.UTC : ZoneOffset.of(zone)));
        } catch (DateTimeException notAMoment) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST, "\"%s\" is no moment that exists".formatted(version), notAMoment);
        }
    }
}
