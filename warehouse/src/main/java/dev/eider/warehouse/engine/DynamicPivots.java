package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds PIVOTs without lists of values. DuckDB makes several statements of them, which nobody could gate; with the lists,
 * they are queries like any other.
 *
 * <p>Only the frame of a PIVOT is read here. Whatever is made of it is parsed and gated as if the caller had written it,
 * so a mistake would be one of meaning, not of safety. Confined to one call.
 */
public final class DynamicPivots {
    /** Values of one expression, and columns that several make together; DuckDB's own limit is 100,000. */
    public static final int MAX_VALUES = 1_000;

    /** Characters of a value: it is to be the name of a column. */
    public static final int MAX_LENGTH = 200;

    /** Each is a query of its own. */
    private static final int MAX_PIVOTS = 8;

    private static final int MAX_COLUMNS = 8;
    /** Of the statement, in characters: its parts are copied for every column. */
    private static final int MAX_TEXT = 100_000;

    private static final int MAX_WORDS = 100;
    private static final Pattern WORD = Pattern.compile("pivot", Pattern.CASE_INSENSITIVE);
    private static final Set<String> PIVOT = Set.of("PIVOT", "PIVOT_WIDER");
    private static final Set<String> AFTER_SOURCE = Set.of("ON", "USING", "GROUP");
    private static final Set<String> AFTER_COLUMNS = Set.of("USING", "GROUP");
    private static final Set<String> AFTER_PIVOT = Set.of("ORDER", "LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT");
    private static final Set<String> BEFORE_BRANCH = Set.of("UNION", "ALL", "NAME", "EXCEPT", "INTERSECT", "DISTINCT");
    private static final Set<String> QUERY =
            Set.of("SELECT", "FROM", "WITH", "VALUES", "TABLE", "PIVOT", "PIVOT_WIDER");

    private final String text;
    private final List<SqlToken> tokens;
    private final WithClauses clauses;

    private DynamicPivots(String text) {
        this.text = text;
        this.tokens = SqlLexer.significant(text);
        this.clauses = new WithClauses(text, tokens);
    }

    /**
     * Returns queries that together name every table of a statement and of what finds its values: first the statement
     * with a list of values in every PIVOT. None if it has no PIVOT without.
     */
    public static List<String> probes(String sql) {
        if (!WORD.matcher(sql).find()) {
            return List.of();
        }
        String statement = SqlLexer.statement(sql);
        List<DynamicPivot> pivots = in(statement);
        if (!pivots.isEmpty() && statement.length() > MAX_TEXT) {
            throw tooMany("%d characters", statement.length(), MAX_TEXT);
        }
        List<String> probes = new ArrayList<>();
        if (!pivots.isEmpty()) {
            probes.add(probe(statement));
        }
        for (DynamicPivot pivot : pivots) {
            pivot.columns().forEach(column -> probes.add(probe(column.query())));
        }
        return probes;
    }

    private static EiderException tooMany(String what, int number, int limit) {
        return new EiderException(
                ErrorCode.INVALID_SQL,
                "A statement that has PIVOT without lists of values has %s; the limit is %d"
                        .formatted(what.formatted(number), limit));
    }

    /** Returns the PIVOTs of a statement whose values are to be found, in the order of the text. */
    public static List<DynamicPivot> in(String statement) {
        return WORD.matcher(statement).find() ? new DynamicPivots(statement).find() : List.of();
    }

    private static String probe(String statement) {
        String probe = statement;
        List<DynamicPivot> open = in(probe);
        // The last one has no other inside, and each is gone when it has its list.
        for (int left = open.size(); left > 0; left--) {
            probe = open.get(open.size() - 1).probe(probe);
            open = in(probe);
        }
        if (!open.isEmpty()) {
            throw new EiderException(
                    ErrorCode.INVALID_SQL,
                    "PIVOT cannot be read here; write the list of its values, as in ON … IN (…)");
        }
        return probe;
    }

    private List<DynamicPivot> find() {
        List<DynamicPivot> pivots = new ArrayList<>();
        int words = 0;
        for (int i = 0; i < tokens.size() - 1; i++) {
            if (!isWord(i, PIVOT)) {
                continue;
            }
            if (++words > MAX_WORDS) {
                throw new EiderException(
                        ErrorCode.INVALID_SQL, "The statement has more than %d PIVOTs".formatted(MAX_WORDS));
            }
            if (clauses.beginsQuery(i) || (i > 0 && isWord(i - 1, BEFORE_BRANCH))) {
                read(i).ifPresent(pivots::add);
            }
        }
        if (pivots.size() > MAX_PIVOTS) {
            throw tooMany("%d of them", pivots.size(), MAX_PIVOTS);
        }
        return pivots;
    }

    private Optional<DynamicPivot> read(int pivot) {
        int on = next(pivot + 1, AFTER_SOURCE);
        if (!isWord(on, Set.of("ON")) || joins(pivot + 1, on)) {
            return Optional.empty();
        }
        String source = text(pivot + 1, on);
        List<DynamicPivot.Column> columns = new ArrayList<>();
        int end = next(on + 1, AFTER_COLUMNS);
        int begin = on + 1;
        for (int i = begin; i <= end; i = behind(i)) {
            if (i == end || tokens.get(i).isSymbol(",")) {
                if (i > begin) {
                    column(pivot, begin, i, source).ifPresent(columns::add);
                    if (columns.size() > MAX_COLUMNS) {
                        throw tooMany("%d or more columns behind ON", columns.size(), MAX_COLUMNS);
                    }
                }
                begin = i + 1;
            }
        }
        if (columns.isEmpty()) {
            return Optional.empty();
        }
        int last = next(end, Set.of()) - 1;
        return Optional.of(
                new DynamicPivot(tokens.get(pivot).start(), tokens.get(last).end(), columns));
    }

    /** The condition of a join would look like the columns. */
    private boolean joins(int from, int to) {
        for (int i = from; i < to; i = behind(i)) {
            if (isWord(i, Set.of("JOIN"))) {
                return true;
            }
        }
        return false;
    }

    /** Returns nothing for an expression whose values are listed. */
    private Optional<DynamicPivot.Column> column(int pivot, int from, int to, String source) {
        int in = in(from, to);
        if (in < 0) {
            String expression = text(from, to);
            String query = ("SELECT DISTINCT left(CAST(%s AS VARCHAR), %d) FROM %s WHERE (%s) IS NOT NULL"
                            + " ORDER BY 1 LIMIT %d")
                    .formatted(expression, MAX_LENGTH + 1, source, expression, MAX_VALUES + 1);
            int place = tokens.get(to - 1).end();
            return Optional.of(new DynamicPivot.Column(expression, place, place, clauses.around(pivot, query)));
        }
        boolean subquery = in + 2 < to && tokens.get(in + 1).isSymbol("(") && isWord(in + 2, QUERY);
        if (!subquery) {
            return Optional.empty();
        }
        String query =
                ("SELECT left(v, %d) FROM (SELECT CAST(v AS VARCHAR) AS v, row_number() OVER () AS n FROM %s AS s(v))"
                                + " WHERE v IS NOT NULL GROUP BY v ORDER BY min(n) LIMIT %d")
                        .formatted(MAX_LENGTH + 1, text(in + 1, to), MAX_VALUES + 1);
        return Optional.of(new DynamicPivot.Column(
                text(from, in), tokens.get(in - 1).end(), tokens.get(to - 1).end(), clauses.around(pivot, query)));
    }

    /** Returns where IN stands, which belongs to the PIVOT unless it stands inside of CASE; -1 if it does not. */
    private int in(int from, int to) {
        int cases = 0;
        for (int i = from; i < to; i = behind(i)) {
            if (isWord(i, Set.of("CASE"))) {
                cases++;
            } else if (isWord(i, Set.of("END"))) {
                cases--;
            } else if (cases == 0 && i > from && isWord(i, Set.of("IN"))) {
                return i;
            }
        }
        return -1;
    }

    /** Returns the next token outside of brackets that is one of the words, ends a PIVOT, or ends the text. */
    private int next(int from, Set<String> words) {
        int i = from;
        while (i < tokens.size() && !tokens.get(i).isSymbol(")") && !isWord(i, words) && !isWord(i, AFTER_PIVOT)) {
            i = behind(i);
        }
        return Math.min(i, tokens.size());
    }

    /** Returns the index behind a token, or behind the group that it opens. */
    private int behind(int index) {
        if (index >= tokens.size()) {
            return index + 1;
        }
        SqlToken token = tokens.get(index);
        boolean opens = token.isSymbol("(") || token.isSymbol("[") || token.isSymbol("{");
        int close = opens ? Brackets.closing(tokens, index) : index;
        return (close < 0 ? tokens.size() - 1 : close) + 1;
    }

    /** Returns whether a token is one of the keywords; behind a dot or AS, any word is a name. */
    private boolean isWord(int index, Set<String> words) {
        if (index < 0 || index >= tokens.size() || words.stream().noneMatch(tokens.get(index)::isKeyword)) {
            return false;
        }
        return index == 0
                || !(tokens.get(index - 1).isSymbol(".")
                        || tokens.get(index - 1).isKeyword("AS"));
    }

    private String text(int from, int to) {
        return from >= to
                ? ""
                : text.substring(tokens.get(from).start(), tokens.get(to - 1).end());
    }
}
