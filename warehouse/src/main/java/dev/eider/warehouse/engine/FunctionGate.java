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

/**
 * Decides which functions a statement may call: those on a reviewed list, and no other.
 *
 * <p>The engine's settings close files and network, but not everything: some functions read its configuration, run
 * further SQL or change its state. Immutable.
 */
final class FunctionGate {
    private final Set<String> functions = namesIn("functions-allowed.txt");
    private final Set<String> tableFunctions = namesIn("table-functions-allowed.txt");

    /** Fails unless the call is allowed where it stands. */
    void check(SyntaxTree.Call call) {
        String name = SqlToken.lower(call.name());
        boolean allowed = (call.inFrom() ? tableFunctions : functions).contains(name);
        if (!allowed) {
            String kind = call.inFrom() ? "table function " : "function ";
            throw new EiderException(ErrorCode.FORBIDDEN, "The " + kind + call.name() + " is not allowed");
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
