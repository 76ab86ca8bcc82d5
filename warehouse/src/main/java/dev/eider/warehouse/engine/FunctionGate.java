package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which functions a statement may call: those on a reviewed list, and no other.
 *
 * <p>The engine's settings close files and network, but not everything: some functions read its configuration, run
 * further SQL or change its state. Immutable.
 */
final class FunctionGate {
    private final Set<String> functions = namesIn("functions-allowed.txt");
    private final Set<String> tableFunctions = namesIn("table-functions-allowed.txt");
    private final Set<String> denied = Stream.of("functions-denied.txt", "table-functions-denied.txt")
            .flatMap(list -> namesIn(list).stream())
            .collect(Collectors.toUnmodifiableSet());

    /** Fails unless the call is allowed where it stands. */
    void check(SyntaxTree.Call call) {
        String name = SqlToken.lower(call.name());
        boolean allowed = (call.inFrom() ? tableFunctions : functions).contains(name);
        if (!allowed) {
            throw refused(call, name);
        }
        boolean reachesEngine =
                !call.catalog().isEmpty() || SqlToken.lower(call.schema()).equals("pg_catalog");
        boolean evadesLimit = !call.inFrom() && reachesEngine && GrowthLimits.covers(name);
        if (evadesLimit || !SyntaxWalk.isBuiltIn(call.catalog(), call.schema())) {
            String qualifier = call.catalog().isEmpty() ? call.schema() : call.catalog() + "." + call.schema();
            throw new EiderException(
                    ErrorCode.FORBIDDEN,
                    "The function " + call.name() + " cannot be called as " + qualifier + "." + call.name()
                            + "(…); call it as " + call.name() + "(…)");
        }
    }

    private EiderException refused(SyntaxTree.Call call, String name) {
        String kind = call.inFrom() ? "table function " : "function ";
        boolean engines = name.startsWith("__") || name.startsWith("duckdb_") || name.startsWith("pragma_");
        if (engines || denied.contains(name)) {
            return new EiderException(ErrorCode.FORBIDDEN, "The " + kind + call.name() + " is not allowed");
        }
        if (functions.contains(name)) {
            return new EiderException(
                    ErrorCode.INVALID_SQL,
                    "The function " + call.name() + " returns a value, and cannot be called in FROM");
        }
        if (tableFunctions.contains(name)) {
            return new EiderException(
                    ErrorCode.INVALID_SQL,
                    "The function " + call.name() + " returns rows, and can only be called in FROM");
        }
        if (name.equals("table_changes")) {
            return new EiderException(
                    ErrorCode.INVALID_SQL,
                    "table_changes is called in FROM, without a schema: table_changes('namespace.table', from, to)");
        }
        if (name.isEmpty()) {
            return new EiderException(ErrorCode.INVALID_SQL, "The name of a function is empty");
        }
        if (!Character.isLetter(name.charAt(0))) {
            return new EiderException(ErrorCode.INVALID_SQL, "There is no operator " + call.name());
        }
        String near = NearestName.suggestion(name, call.inFrom() ? tableFunctions : functions);
        return new EiderException(ErrorCode.INVALID_SQL, "There is no " + kind + call.name() + near);
    }

    /** Returns the names of a list; lines that start with "# " are comments. */
    static Set<String> namesIn(String list) {
        try (InputStream stream = FunctionGate.class.getResourceAsStream(list)) {
            if (stream == null) {
                throw new IllegalStateException("The list " + list + " is missing");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
            return lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("# "))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
