package dev.eider.warehouse.types;

import java.util.Optional;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ArrowTypeID;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * How one Arrow type that nests nothing becomes one Iceberg type, if it does so faithfully.
 *
 * @param transport the type of equal layout under which DuckDB is shown the values
 * @param conversion what DuckDB does with them
 */
record ScalarConversion(ArrowType transport, Conversion conversion) {
    private static final ArrowType INT32 = new ArrowType.Int(32, true);
    private static final ArrowType INT64 = new ArrowType.Int(64, true);
    private static final long MILLIS_PER_DAY = 86_400_000L;
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    /** The engine's first day: what is stored before it, other engines read as another day. */
    private static final String LEAST_DATE = "DATE '5877642-06-25 (BC)'";

    // The ends of what DuckDB's functions make timestamps from; 64 bits of microseconds reach hardly further.
    private static final long MIN_MICROS = -9_223_372_022_400_000_000L;
    private static final long MAX_MICROS = 9_223_372_036_854_775_806L;
    private static final long MIN_NANOS = -9_223_286_400_000_000_000L;

    /** Returns the conversion of {@code column} to {@code target}, or empty if a value could change or get lost. */
    static Optional<ScalarConversion> of(ArrowColumn column, Type target) {
        ArrowType source = column.type();
        return switch (target.typeId()) {
            case BOOLEAN -> castIf(source instanceof ArrowType.Bool, source);
            case INTEGER -> castIf(source instanceof ArrowType.Int integer && fits(integer, 32), source);
            case LONG -> castIf(source instanceof ArrowType.Int integer && fits(integer, 64), source);
            case FLOAT -> castIf(isFloat(source, FloatingPointPrecision.SINGLE), source);
            case DOUBLE ->
                castIf(
                        isFloat(source, FloatingPointPrecision.SINGLE)
                                || isFloat(source, FloatingPointPrecision.DOUBLE),
                        source);
            case DECIMAL -> castIf(Decimals.fits(source, (Types.DecimalType) target), source);
            case STRING -> castIf(isText(source), source);
            case BINARY -> castIf(isBytes(source) || source instanceof ArrowType.FixedSizeBinary, source);
            case FIXED -> fixed(column, ((Types.FixedType) target).length());
            case UUID -> uuid(column);
            case DATE -> date(column);
            case TIME -> time(column);
            case TIMESTAMP -> timestamp(column, ((Types.TimestampType) target).shouldAdjustToUTC());
            case TIMESTAMP_NANO -> timestampNanos(column, ((Types.TimestampNanoType) target).shouldAdjustToUTC());
            default -> Optional.empty();
        };
    }

    private static Optional<ScalarConversion> castIf(boolean faithful, ArrowType source) {
        return faithful ? Optional.of(new ScalarConversion(source, new Conversion.Cast())) : Optional.empty();
    }

    private static Optional<ScalarConversion> checked(
            ArrowType transport, String violation, String message, String value) {
        return Optional.of(new ScalarConversion(transport, new Conversion.Checked(violation, message, value)));
    }

    private static boolean fits(ArrowType.Int type, int bits) {
        return type.getIsSigned() ? type.getBitWidth() <= bits : type.getBitWidth() < bits;
    }

    private static boolean isFloat(ArrowType type, FloatingPointPrecision precision) {
        return type instanceof ArrowType.FloatingPoint number && number.getPrecision() == precision;
    }

    private static boolean isText(ArrowType type) {
        ArrowTypeID id = type.getTypeID();
        return id == ArrowTypeID.Utf8 || id == ArrowTypeID.LargeUtf8 || id == ArrowTypeID.Utf8View;
    }

    private static boolean isBytes(ArrowType type) {
        ArrowTypeID id = type.getTypeID();
        return id == ArrowTypeID.Binary || id == ArrowTypeID.LargeBinary || id == ArrowTypeID.BinaryView;
    }

    private static Optional<ScalarConversion> fixed(ArrowColumn column, int length) {
        ArrowType source = column.type();
        if (isBytes(source)) {
            return checked(
                    source,
                    "octet_length($) <> " + length,
                    message(column, "a value is not " + length + " bytes long"),
                    "$");
        }
        return castIf(source instanceof ArrowType.FixedSizeBinary bytes && bytes.getByteWidth() == length, source);
    }

    private static Optional<ScalarConversion> uuid(ArrowColumn column) {
        ArrowType source = column.type();
        if (isText(source)) {
            return checked(
                    source,
                    "$ IS NOT NULL AND TRY_CAST($ AS UUID) IS NULL",
                    message(column, "a value is not a UUID"),
                    "TRY_CAST($ AS UUID)");
        }
        return castIf(source instanceof ArrowType.FixedSizeBinary bytes && bytes.getByteWidth() == 16, source);
    }

    private static Optional<ScalarConversion> date(ArrowColumn column) {
        if (!(column.type() instanceof ArrowType.Date date)) {
            return Optional.empty();
        }
        if (date.getUnit() == DateUnit.DAY) {
            return checked(
                    date,
                    "NOT isfinite($) OR $ < " + LEAST_DATE,
                    message(column, "a date is infinite or too far away"),
                    "$");
        }
        return checked(
                INT64,
                "$ % " + MILLIS_PER_DAY + " <> 0 OR "
                        + outside(Integer.MIN_VALUE * MILLIS_PER_DAY, Integer.MAX_VALUE * MILLIS_PER_DAY),
                message(column, "a date in milliseconds is not the start of a day, or too far away"),
                "make_date(CAST($ // " + MILLIS_PER_DAY + " AS INTEGER))");
    }

    private static Optional<ScalarConversion> time(ArrowColumn column) {
        if (!(column.type() instanceof ArrowType.Time time)) {
            return Optional.empty();
        }
        ArrowType transport = time.getBitWidth() == 32 ? INT32 : INT64;
        String message = message(column, "a time is not within 0:00 and 24:00");
        if (time.getUnit() == TimeUnit.NANOSECOND) {
            return checked(
                    transport,
                    "$ % 1000 <> 0 OR " + outside(0, MICROS_PER_DAY * 1000 - 1),
                    message + ", or has nanoseconds, which a table cannot store",
                    "CAST(make_timestamp($ // 1000) AS TIME)");
        }
        long micros = micros(time.getUnit());
        return checked(
                transport,
                outside(0, MICROS_PER_DAY / micros - 1),
                message,
                "CAST(make_timestamp(" + scaled(micros) + ") AS TIME)");
    }

    private static Optional<ScalarConversion> timestamp(ArrowColumn column, boolean zoned) {
        if (!(column.type() instanceof ArrowType.Timestamp source) || zoned != (source.getTimezone() != null)) {
            return Optional.empty();
        }
        String function = zoned ? "make_timestamptz" : "make_timestamp";
        if (source.getUnit() == TimeUnit.MICROSECOND) {
            return checked(
                    source,
                    "NOT isfinite($) OR epoch_us($) < " + MIN_MICROS,
                    message(column, "a timestamp is infinite or too far away"),
                    "$");
        }
        if (source.getUnit() == TimeUnit.NANOSECOND) {
            return checked(
                    INT64,
                    "$ % 1000 <> 0 OR $ = " + Long.MAX_VALUE + " OR $ <= " + -Long.MAX_VALUE,
                    message(
                            column,
                            "a timestamp has nanoseconds, and the table stores microseconds; a table of format version"
                                    + " 3 can store nanoseconds"),
                    function + "($ // 1000)");
        }
        long micros = micros(source.getUnit());
        return checked(
                INT64,
                outside(MIN_MICROS / micros, MAX_MICROS / micros),
                message(column, "a timestamp is too far away to be stored in microseconds"),
                function + "(" + scaled(micros) + ")");
    }

    private static Optional<ScalarConversion> timestampNanos(ArrowColumn column, boolean zoned) {
        if (!(column.type() instanceof ArrowType.Timestamp source) || zoned || source.getTimezone() != null) {
            return Optional.empty();
        }
        if (source.getUnit() == TimeUnit.NANOSECOND) {
            return checked(source, "NOT isfinite($)", message(column, "a timestamp is infinite or too far away"), "$");
        }
        long nanos = micros(source.getUnit()) * 1000;
        return checked(
                INT64,
                outside(MIN_NANOS / nanos, MAX_MICROS / nanos),
                message(column, "a timestamp is too far away to be stored in nanoseconds"),
                "make_timestamp_ns(" + scaled(nanos) + ")");
    }

    private static long micros(TimeUnit unit) {
        return switch (unit) {
            case SECOND -> 1_000_000;
            case MILLISECOND -> 1_000;
            default -> 1;
        };
    }

    private static String scaled(long factor) {
        return factor == 1 ? "CAST($ AS BIGINT)" : "CAST($ AS BIGINT) * " + factor;
    }

    private static String outside(long least, long greatest) {
        return "$ < " + least + " OR $ > " + greatest;
    }

    private static String message(ArrowColumn column, String text) {
        return "Column " + Sql.name(column.path()) + ": " + text;
    }
}
