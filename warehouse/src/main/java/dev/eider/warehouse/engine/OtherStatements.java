package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Says of statements that are no queries why they are refused, and what to do instead. Stateless. */
final class OtherStatements {
    private static final String LATER = "%s is not supported yet: ";
    private static final String CONFIGURED =
            "%s is not supported: a gateway is set up by its configuration, and every statement stands for itself";
    private static final String FILES =
            "%s is not supported: statements read and write tables, not files; load files with eider ingest";
    private static final String ENGINE = "%s is not supported: callers have no part in how the engine is run";
    private static final String ONE_BY_ONE =
            LATER + "every statement commits by itself, and reads one moment of all its tables";

    /** By the first word of the statement; {@code %s} is that word. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("UPDATE", LATER + "append rows with INSERT INTO, or write the changed rows to a new table"),
            Map.entry("DELETE", LATER + "write the rows to keep to a new table with INSERT INTO … SELECT"),
            Map.entry("TRUNCATE", LATER + "use DROP TABLE and CREATE TABLE"),
            Map.entry("MERGE", LATER + "append rows with INSERT INTO, and take the latest of each key when reading"),
            Map.entry("ALTER", LATER + "create a table with the wanted columns, and fill it with INSERT INTO … SELECT"),
            Map.entry("COMMENT", "COMMENT is not supported yet"),
            Map.entry("BEGIN", ONE_BY_ONE),
            Map.entry("START", ONE_BY_ONE),
            Map.entry("COMMIT", ONE_BY_ONE),
            Map.entry("END", ONE_BY_ONE),
            Map.entry("ROLLBACK", ONE_BY_ONE),
            Map.entry("ABORT", ONE_BY_ONE),
            Map.entry("USE", LATER + "write the namespace before the table, as in namespace.table"),
            Map.entry("SET", CONFIGURED),
            Map.entry("RESET", CONFIGURED),
            Map.entry("PRAGMA", CONFIGURED),
            Map.entry("PREPARE", LATER + "send the statement itself"),
            Map.entry("EXECUTE", LATER + "send the statement itself"),
            Map.entry("DEALLOCATE", LATER + "there are no prepared statements in SQL"),
            Map.entry("CALL", "%s is not supported: functions are called in a query, as in SELECT"),
            Map.entry("COPY", FILES),
            Map.entry("EXPORT", FILES),
            Map.entry("IMPORT", FILES),
            Map.entry("ATTACH", FILES),
            Map.entry("DETACH", FILES),
            Map.entry("INSTALL", ENGINE),
            Map.entry("LOAD", ENGINE),
            Map.entry("CHECKPOINT", ENGINE),
            Map.entry("FORCE", ENGINE),
            Map.entry("VACUUM", ENGINE),
            Map.entry("ANALYZE", ENGINE));

    private static final Set<String> CHANGES = Set.of("INSERT", "UPDATE", "DELETE", "MERGE");
    private static final Set<String> ROWS = Set.of("SELECT", "FROM", "PIVOT", "PIVOT_WIDER", "WITH", "VALUES", "TABLE");

    private OtherStatements() {}

    /** Returns the refusal of a well-formed statement that is no query. */
    static EiderException refused(String sql) {
        List<SqlToken> words = SqlLexer.significant(sql).stream()
                .filter(token -> token.kind() == SqlToken.Kind.WORD)
                .toList();
        String first = words.isEmpty() ? "" : words.get(0).text().toUpperCase(Locale.ROOT);
        Optional<String> change = words.stream()
                .map(word -> word.text().toUpperCase(Locale.ROOT))
                .filter(CHANGES::contains)
                .findFirst();
        if (first.equals("WITH") && change.isPresent()) {
            return unsupported(
                    change.get().equals("INSERT")
                            ? "WITH is not supported before INSERT: write it behind, as in INSERT INTO t WITH x AS (…) SELECT"
                            : REASONS.getOrDefault(change.get(), "%s is not supported yet")
                                    .formatted(change.get()));
        }
        if (ROWS.contains(first)) {
            return unsupported("PIVOT is not supported in this form without the list of values, as in ON column IN (…);"
                    + " a join has to stand in brackets");
        }
        String reason = REASONS.get(first);
        return unsupported(reason == null ? "Not a query: " + first : reason.formatted(first));
    }

    /** Returns what other engines write for AT (…), and what to write instead, if the statement has it; or nothing. */
    static String hint(String sql) {
        List<SqlToken> tokens = SqlLexer.significant(sql);
        for (int i = 0; i + 2 < tokens.size(); i++) {
            boolean asOf =
                    tokens.get(i + 1).isKeyword("AS") && tokens.get(i + 2).isKeyword("OF");
            SqlToken unit = tokens.get(i);
            if (asOf && (unit.isKeyword("VERSION") || unit.isKeyword("SYSTEM_VERSION"))) {
                return "; write AT (VERSION => …) for an earlier version";
            }
            if (asOf && (unit.isKeyword("TIMESTAMP") || unit.isKeyword("SYSTEM_TIME"))) {
                return "; write AT (TIMESTAMP => …) for an earlier version";
            }
        }
        return "";
    }

    private static EiderException unsupported(String message) {
        return new EiderException(ErrorCode.UNSUPPORTED, message);
    }
}
