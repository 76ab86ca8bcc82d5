package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionListTest {

    @ParameterizedTest
    @CsvSource({"functions, FALSE", "table-functions, TRUE"})
    void everyFunctionOfTheEngineIsOnExactlyOneList(String list, boolean inFrom) throws SQLException {
        Set<String> allowed = FunctionGate.namesIn(list + "-allowed.txt");
        Set<String> denied = FunctionGate.namesIn(list + "-denied.txt");

        Set<String> unreviewed = new HashSet<>(engineFunctions(inFrom));
        unreviewed.removeAll(allowed);
        unreviewed.removeAll(denied);

        assertThat(unreviewed).as("names to review").isEmpty();
        assertThat(allowed).doesNotContainAnyElementsOf(denied);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "functions-allowed.txt",
                "functions-denied.txt",
                "table-functions-allowed.txt",
                "table-functions-denied.txt"
            })
    void listsAreSortedWithoutRepetitions(String list) throws IOException {
        List<String> group = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(FunctionGate.class.getResourceAsStream(list), StandardCharsets.UTF_8))) {
            for (String line : lines.lines().toList()) {
                if (line.isBlank() || line.startsWith("# ")) {
                    assertThat(group).isSorted().doesNotHaveDuplicates();
                    group.clear();
                } else {
                    group.add(line);
                }
            }
        }
        assertThat(group).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void onlyAFewFunctionsCanBeCalledAsRelations() {
        assertThat(FunctionGate.namesIn("table-functions-allowed.txt"))
                .containsExactlyInAnyOrder("generate_series", "json_each", "range", "repeat", "repeat_row", "unnest");
    }

    @Test
    void noFunctionOfOursCanBeCalled() {
        for (String list : List.of("functions-allowed.txt", "table-functions-allowed.txt")) {
            assertThat(FunctionGate.namesIn(list)).noneMatch(name -> name.contains("eider"));
        }
    }

    /** The engine as callers meet it: with the extensions and macros that it was started with. */
    @Test
    void theStartedEngineOffersNothingElse(@TempDir Path directory) {
        Set<String> reviewed = new HashSet<>();
        for (String list : List.of("functions", "table-functions")) {
            reviewed.addAll(FunctionGate.namesIn(list + "-allowed.txt"));
            reviewed.addAll(FunctionGate.namesIn(list + "-denied.txt"));
        }
        EngineConfig config = new EngineConfig(128L << 20, 1, directory.resolve("spill"), 1L << 20);
        try (QueryEngine engine = QueryEngine.open(config, List.of(directory));
                EngineConnection connection = engine.connect()) {
            List<String> offered = connection.query(
                    "SELECT DISTINCT lower(function_name) FROM duckdb_functions()", row -> row.getString(1));

            assertThat(offered).filteredOn(name -> !reviewed.contains(name)).allMatch(name -> name.contains("eider"));
        }
    }

    private static Set<String> engineFunctions(boolean inFrom) throws SQLException {
        String types = inFrom ? "('table', 'table_macro', 'pragma')" : "('scalar', 'aggregate', 'macro')";
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE function_type IN "
                                + types)) {
            Set<String> names = new HashSet<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        }
    }
}
