package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunctionBuilder;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the functions whose results can be far larger than their arguments, such as {@code repeat} and {@code range}.
 *
 * <p>The engine's memory limit does not count what scalar functions return, and cannot stop a call that is running: one
 * row of {@code repeat('x', 4000000000)} takes 4 GB, and a chunk of 2,048 such rows the whole machine. So macros of the
 * same names stand before the engine's own functions; they ask how much a chunk of rows would take before it is made.
 * Patterns are bounded because the engine matches them by recursion, which ends the process when it is too deep.
 * Stateless.
 */
final class GrowthLimits {
    /** What all rows of one call and chunk may take together. */
    private static final long MAX_CHUNK_BYTES = 64L << 20;

    private static final int MAX_WILDCARDS = 64;
    private static final String TIMES = "__eider_times";

    /** Begins the message of an error that is ours; DuckDB puts its own words around it. */
    static final String MARK = "EiderGrowthLimit: ";

    private static final Set<String> COVERED =
            Set.of(("repeat range generate_series lpad rpad list_resize array_resize bitstring replace regexp_replace"
                            + " ~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape not_ilike_escape")
                    .split(" "));
    private static final Set<String> FORMATTING = Set.of("printf", "format");
    /** Widths of four digits and more, and widths that are arguments. */
    private static final Pattern WIDE = Pattern.compile("[0-9]{4}|%[^a-zA-Z%]*\\*|\\{[^{}]*\\{");

    /** What a lambda that is applied to its own results may call: nothing that makes long values out of short ones. */
    private static final Set<String> CALLED_BY_REDUCE = Set.of(
            ("row + - * / // % ** ^ & | << >> xor abs add subtract multiply divide mod greatest least pow power sqrt exp ln"
                            + " round floor ceil ceiling trunc sign if year month day date_trunc length strlen")
                    .split(" "));

    private static final Set<String> REDUCE = Set.of("reduce", "list_reduce", "array_reduce");

    private GrowthLimits() {}

    /**
     * Returns whether callers may reach the function through its macro only, which writes arguments down twice: nesting
     * its calls doubles what has to be planned.
     */
    static boolean covers(String function) {
        return COVERED.contains(function);
    }

    /** Returns whether a function applies a lambda to the lambda's own results. */
    static boolean reduces(String function) {
        return REDUCE.contains(function);
    }

    /** Fails if a function cannot be called within such a lambda: values could double with each element. */
    static void requireCallableByReduce(String function) {
        if (!CALLED_BY_REDUCE.contains(function)) {
            throw new EiderException(
                    ErrorCode.FORBIDDEN,
                    "The function " + function + " is not allowed inside list_reduce, which takes arithmetic only");
        }
    }

    /** Fails if a function pads values to a width that is not known to be small; the format is null if not a constant. */
    static void requireNarrowFormat(String function, @Nullable String format) {
        if (FORMATTING.contains(function)
                && (format == null || WIDE.matcher(format).find())) {
            throw new EiderException(
                    ErrorCode.FORBIDDEN,
                    "The format of " + function + "(…) must be a constant, with widths of at most three digits");
        }
    }

    /** Puts the limits before the engine's functions, for all connections of the instance. */
    static void install(DuckDBConnection instance) throws SQLException {
        try (DuckDBScalarFunctionBuilder times = DuckDBFunctions.scalarFunction()) {
            times.withName(TIMES)
                    .withParameters(Long.class, Long.class)
                    .withReturnType(Long.class)
                    .withVectorizedFunction(GrowthLimits::checkedCounts)
                    .register(instance);
        }
        try (Statement statement = instance.createStatement()) {
            for (String macro : MACROS) {
                statement.execute(macro);
            }
            for (String operator : List.of("~~", "!~~", "~~*", "!~~*")) {
                statement.execute(pattern(operator, "s, p", "%", "s, %s"));
            }
            statement.execute(pattern("~~~", "s, p", "*", "s, %s"));
            for (String function : List.of("like_escape", "not_like_escape", "ilike_escape", "not_ilike_escape")) {
                statement.execute(pattern(function, "s, p, e", "%", "s, %s, e"));
            }
        }
    }

    private static final List<String> MACROS = List.of(
            "CREATE MACRO main.repeat(s, n) AS system.main.repeat(s, __eider_times(n::BIGINT, strlen(s::VARCHAR)))",
            "CREATE MACRO main.lpad(s, n, p) AS system.main.lpad(s, __eider_times(n::BIGINT, 4)::INTEGER, p)",
            "CREATE MACRO main.rpad(s, n, p) AS system.main.rpad(s, __eider_times(n::BIGINT, 4)::INTEGER, p)",
            "CREATE MACRO main.bitstring(s, n) AS system.main.bitstring(s, __eider_times(n::BIGINT, 1)::INTEGER)",
            resize("list_resize"),
            resize("array_resize"),
            series("range"),
            series("generate_series"),
            "CREATE MACRO main.replace(s, a, b) AS system.main.replace(s, a, " + shortened("b") + ")",
            "CREATE MACRO main.regexp_replace(s, a, b) AS system.main.regexp_replace(s, a, " + shortened("b") + "), "
                    + "(s, a, b, o) AS system.main.regexp_replace(s, a, " + shortened("b") + ", o)");

    private static String resize(String name) {
        return ("CREATE MACRO main.%1$s(l, n) AS system.main.%1$s(l, __eider_times(n::BIGINT, 64)), "
                        + "(l, n, v) AS system.main.%1$s(l, __eider_times(n::BIGINT, 64), v)")
                .formatted(name);
    }

    /** Whole numbers, and instants at intervals. */
    private static String series(String name) {
        String instants =
                "CASE WHEN __eider_times((abs(epoch(b) - epoch(a)) / greatest(abs(epoch(c)), 1e-6))::BIGINT, 8)"
                        + " IS NOT NULL THEN c END";
        return ("CREATE MACRO main.%1$s(n BIGINT) AS system.main.%1$s(__eider_times(n, 8)), "
                        + "(a BIGINT, b BIGINT) AS system.main.%1$s(a, a + __eider_times(b - a, 8)), "
                        + "(a BIGINT, b BIGINT, c BIGINT) AS system.main.%1$s(a, b, CASE WHEN __eider_times("
                        + "abs((b - a) // nullif(c, 0)), 8) IS NOT NULL OR c = 0 THEN c END), "
                        + "(a TIMESTAMP, b TIMESTAMP, c INTERVAL) AS system.main.%1$s(a, b, %2$s), "
                        + "(a TIMESTAMPTZ, b TIMESTAMPTZ, c INTERVAL) AS system.main.%1$s(a, b, %2$s)")
                .formatted(name, instants);
    }

    private static String shortened(String text) {
        return "CASE WHEN strlen(%1$s) > 100 THEN error('%2$sa replacement of more than 100 bytes') ELSE %1$s END"
                .formatted(text, MARK);
    }

    /** Fails by a cast: a call of {@code error} would keep the engine from taking a constant pattern for one. */
    private static String pattern(String function, String parameters, String wildcard, String arguments) {
        String checked = ("CASE WHEN strlen(p) - strlen(system.main.replace(p, '%s', '')) > %d"
                        + " THEN CAST(CAST('%sa pattern with more than %d wildcards' AS INTEGER) AS VARCHAR) ELSE p END")
                .formatted(wildcard, MAX_WILDCARDS, MARK, MAX_WILDCARDS);
        return "CREATE MACRO main.\"%1$s\"(%2$s) AS system.main.\"%1$s\"(%3$s)"
                .formatted(function, parameters, arguments.formatted(checked));
    }

    /** Returns each count, unless all of them, times their sizes, are too much for one chunk of rows. */
    private static void checkedCounts(DuckDBDataChunkReader arguments, DuckDBWritableVector result) {
        DuckDBReadableVector counts = arguments.vector(0);
        DuckDBReadableVector sizes = arguments.vector(1);
        double bytes = 0;
        for (long row = 0; row < arguments.rowCount(); row++) {
            if (counts.isNull(row)) {
                result.setNull(row);
            } else {
                long count = counts.getLong(row);
                result.setLong(row, count);
                bytes += sizes.isNull(row) ? 0 : Math.max(0.0, (double) count * sizes.getLong(row));
            }
        }
        if (bytes > MAX_CHUNK_BYTES) {
            throw new EiderException(
                    ErrorCode.TOO_LARGE, MARK + "values of %.0f MB at once".formatted(bytes / (1 << 20)));
        }
    }
}
