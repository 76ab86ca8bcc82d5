package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.ByteBuffers;

/** Writes single values of Iceberg, such as defaults and partition values, as text that DuckDB casts back. Stateless. */
public final class DuckDbValues {
    private static final long DAY_MICROS = 86_400_000_000L;

    private DuckDbValues() {}

    /**
     * Returns text that, cast to {@link DuckDbTypes#of} of the type, is the value. It is not quoted.
     *
     * @param value in Iceberg's internal representation: days, microseconds, byte buffers
     */
    public static String text(Type type, Object value) {
        return switch (type.typeId()) {
            case BOOLEAN, INTEGER, LONG, FLOAT, DOUBLE, STRING, UUID -> value.toString();
            case DECIMAL -> ((BigDecimal) value).toPlainString();
            case BINARY, FIXED ->
                bytes(value instanceof byte[] bytes ? bytes : ByteBuffers.toByteArray((ByteBuffer) value));
            case DATE -> date(((Number) value).longValue());
            case TIME -> clock(((Number) value).longValue(), 0);
            case TIMESTAMP -> {
                long micros = ((Number) value).longValue();
                String zone = ((Types.TimestampType) type).shouldAdjustToUTC() ? "+00" : "";
                yield moment(micros, 0, zone);
            }
            case TIMESTAMP_NANO -> {
                long nanos = ((Number) value).longValue();
                yield moment(Math.floorDiv(nanos, 1_000L), Math.floorMod(nanos, 1_000L), "");
            }
            default ->
                throw new EiderException(ErrorCode.UNSUPPORTED, "Values of type %s are not supported".formatted(type));
        };
    }

    private static String bytes(byte[] bytes) {
        return HexFormat.of().withUpperCase().withPrefix("\\x").formatHex(bytes);
    }

    private static String moment(long micros, long nanos, String zone) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(micros, DAY_MICROS));
        String clock = clock(Math.floorMod(micros, DAY_MICROS), nanos);
        return day.getYear() > 0 ? digits(day) + " " + clock + zone : digits(day) + " (BC) " + clock + zone;
    }

    private static String date(long epochDay) {
        LocalDate day = LocalDate.ofEpochDay(epochDay);
        return day.getYear() > 0 ? digits(day) : digits(day) + " (BC)";
    }

    private static String digits(LocalDate day) {
        int year = day.getYear() > 0 ? day.getYear() : 1 - day.getYear();
        return String.format(Locale.ROOT, "%04d-%02d-%02d", year, day.getMonthValue(), day.getDayOfMonth());
    }

    private static String clock(long micros, long nanos) {
        long seconds = micros / 1_000_000;
        String text = String.format(
                Locale.ROOT,
                "%02d:%02d:%02d.%06d",
                seconds / 3_600,
                seconds / 60 % 60,
                seconds % 60,
                micros % 1_000_000);
        return nanos == 0 ? text : text + String.format(Locale.ROOT, "%03d", nanos);
    }
}
