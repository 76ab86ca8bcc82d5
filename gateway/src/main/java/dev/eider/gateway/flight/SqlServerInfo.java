package dev.eider.gateway.flight;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.sql.SqlInfoBuilder;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlNullOrdering;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlOuterJoinsSupportLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedCaseSensitivity;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedGroupBy;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedResultSetType;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedSubqueries;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedTransaction;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedUnions;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlTransactionIsolationLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SupportedSqlGrammar;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Tells SQL clients what kind of server this is. Thread-safe. */
final class SqlServerInfo {
    /** Flight's builder of answers has none for these. */
    private static final String UNANSWERABLE = "SQL_SUPPORTED_CONCURRENCIES_";

    private static final List<Integer> KNOWN = Arrays.stream(SqlInfo.values())
            .filter(code -> code != SqlInfo.UNRECOGNIZED && !code.name().startsWith(UNANSWERABLE))
            .map(SqlInfo::getNumber)
            .toList();

    /** For a limit: there is none, or none that is known. */
    private static final long NO_LIMIT = 0;

    private final SqlInfoBuilder builder;

    SqlServerInfo() {
        this.builder = new SqlInfoBuilder();
        server(builder);
        names(builder);
        statements(builder);
        transactions(builder);
        limits(builder);
        functions(builder);
    }

    private static void server(SqlInfoBuilder builder) {
        builder.withFlightSqlServerName("Eider")
                .withFlightSqlServerVersion(versionOf(SqlServerInfo.class))
                .withFlightSqlServerArrowVersion(versionOf(VectorSchemaRoot.class))
                .withFlightSqlServerReadOnly(false)
                .withFlightSqlServerSql(true)
                .withFlightSqlServerSubstrait(false)
                .withFlightSqlServerSubstraitMinVersion("")
                .withFlightSqlServerSubstraitMaxVersion("")
                .withFlightSqlServerTransaction(SqlSupportedTransaction.SQL_SUPPORTED_TRANSACTION_NONE)
                .withFlightSqlServerCancel(false)
                .withFlightSqlServerBulkIngestion(false)
                .withFlightSqlServerBulkIngestionTransaction(false)
                .withFlightSqlServerStatementTimeout(0)
                .withFlightSqlServerTransactionTimeout(0);
    }

    private static void names(SqlInfoBuilder builder) {
        builder.withSqlIdentifierCase(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE)
                .withSqlIdentifierQuoteChar("\"")
                .withSqlQuotedIdentifierCase(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE)
                .withSqlExtraNameCharacters("")
                .withSqlAllTablesAreSelectable(true)
                .withSqlCatalogTerm("catalog")
                .withSqlSchemaTerm("schema")
                .withSqlProcedureTerm("procedure")
                .withSqlSearchStringEscape("\\")
                .withSqlCatalogAtStart(true)
                .withSqlCatalogsSupportedActions()
                .withSqlSchemasSupportedActions();
    }

    private static void statements(SqlInfoBuilder builder) {
        builder.withSqlDdlCatalog(false)
                .withSqlDdlSchema(false)
                .withSqlDdlTable(true)
                .withSqlSupportsColumnAliasing(true)
                .withSqlNullPlusNullIsNull(true)
                .withSqlNullOrdering(SqlNullOrdering.SQL_NULLS_SORTED_AT_END)
                .withSqlSupportsTableCorrelationNames(true)
                .withSqlSupportsDifferentTableCorrelationNames(false)
                .withSqlSupportsExpressionsInOrderBy(true)
                .withSqlSupportsOrderByUnrelated(true)
                .withSqlSupportedGroupBy(
                        SqlSupportedGroupBy.SQL_GROUP_BY_UNRELATED, SqlSupportedGroupBy.SQL_GROUP_BY_BEYOND_SELECT)
                .withSqlSupportsLikeEscapeClause(true)
                .withSqlSupportsNonNullableColumns(true)
                .withSqlSupportedGrammar(SupportedSqlGrammar.SQL_MINIMUM_GRAMMAR)
                .withSqlAnsi92SupportedLevel()
                .withSqlSupportsIntegrityEnhancementFacility(false)
                .withSqlOuterJoinSupportLevel(
                        SqlOuterJoinsSupportLevel.SQL_LIMITED_OUTER_JOINS,
                        SqlOuterJoinsSupportLevel.SQL_FULL_OUTER_JOINS)
                .withSqlSupportedPositionedCommands()
                .withSqlSelectForUpdateSupported(false)
                .withSqlStoredProceduresSupported(false)
                .withSqlSubQueriesSupported(
                        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_COMPARISONS,
                        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_EXISTS,
                        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_INS,
                        SqlSupportedSubqueries.SQL_SUBQUERIES_IN_QUANTIFIEDS)
                .withSqlCorrelatedSubqueriesSupported(true)
                .withSqlSupportedUnions(SqlSupportedUnions.SQL_UNION, SqlSupportedUnions.SQL_UNION_ALL)
                .withSqlSupportedResultSetTypes(SqlSupportedResultSetType.SQL_RESULT_SET_TYPE_FORWARD_ONLY)
                .withSqlBatchUpdatesSupported(false)
                .withSqlNamedParametersSupported(false)
                .withSqlLocatorsUpdateCopy(false)
                .withSqlStoredFunctionsUsingCallSyntaxSupported(false);
    }

    private static void transactions(SqlInfoBuilder builder) {
        builder.withSqlTransactionsSupported(false)
                .withSqlDefaultTransactionIsolation(SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE_VALUE)
                .withSqlSupportedTransactionsIsolationLevels(SqlTransactionIsolationLevel.SQL_TRANSACTION_NONE)
                .withSqlDataDefinitionCausesTransactionCommit(false)
                .withSqlDataDefinitionsInTransactionsIgnored(false)
                .withSqlSavepointsSupported(false);
    }

    private static void limits(SqlInfoBuilder builder) {
        builder.withSqlMaxBinaryLiteralLength(NO_LIMIT)
                .withSqlMaxCharLiteralLength(NO_LIMIT)
                .withSqlMaxColumnNameLength(NO_LIMIT)
                .withSqlMaxColumnsInGroupBy(NO_LIMIT)
                .withSqlMaxColumnsInIndex(NO_LIMIT)
                .withSqlMaxColumnsInOrderBy(NO_LIMIT)
                .withSqlMaxColumnsInSelect(NO_LIMIT)
                .withSqlMaxColumnsInTable(NO_LIMIT)
                .withSqlMaxConnections(NO_LIMIT)
                .withSqlMaxCursorNameLength(NO_LIMIT)
                .withSqlMaxIndexLength(NO_LIMIT)
                .withSqlDbSchemaNameLength(NO_LIMIT)
                .withSqlMaxProcedureNameLength(NO_LIMIT)
                .withSqlMaxCatalogNameLength(NO_LIMIT)
                .withSqlMaxRowSize(NO_LIMIT)
                .withSqlMaxRowSizeIncludesBlobs(true)
                .withSqlMaxStatementLength(NO_LIMIT)
                .withSqlMaxStatements(NO_LIMIT)
                .withSqlMaxTableNameLength(NO_LIMIT)
                .withSqlMaxTablesInSelect(NO_LIMIT)
                .withSqlMaxUsernameLength(NO_LIMIT);
    }

    /** Names of JDBC that DuckDB has under the same name. */
    private static void functions(SqlInfoBuilder builder) {
        builder.withSqlKeywords(new String[] {
                    "ANTI",
                    "ASOF",
                    "DESCRIBE",
                    "PIVOT",
                    "PIVOT_LONGER",
                    "PIVOT_WIDER",
                    "POSITIONAL",
                    "QUALIFY",
                    "SEMI",
                    "SHOW",
                    "SUMMARIZE",
                    "UNPIVOT"
                })
                .withSqlNumericFunctions(new String[] {
                    "ABS", "ACOS", "ASIN", "ATAN", "ATAN2", "CEILING", "COS", "COT", "DEGREES", "EXP", "FLOOR", "LOG10",
                    "MOD", "PI", "POWER", "RADIANS", "ROUND", "SIGN", "SIN", "SQRT", "TAN"
                })
                .withSqlStringFunctions(new String[] {
                    "ASCII", "CONCAT", "LEFT", "LENGTH", "LTRIM", "REPLACE", "RIGHT", "RTRIM", "SUBSTRING"
                })
                .withSqlSystemFunctions(new String[] {"IFNULL"})
                .withSqlDatetimeFunctions(new String[] {
                    "DAYNAME",
                    "DAYOFMONTH",
                    "DAYOFWEEK",
                    "DAYOFYEAR",
                    "HOUR",
                    "MINUTE",
                    "MONTH",
                    "MONTHNAME",
                    "NOW",
                    "QUARTER",
                    "SECOND",
                    "WEEK",
                    "YEAR"
                })
                .withSqlSupportsConvert(Map.of());
    }

    private static String versionOf(Class<?> type) {
        return Objects.requireNonNullElse(type.getPackage().getImplementationVersion(), "development");
    }

    /** Sends the facts that were asked for, or all if the question is empty; unknown ones are left out. */
    void send(List<Integer> asked, ServerStreamListener listener) {
        List<Integer> answered =
                asked.isEmpty() ? KNOWN : asked.stream().filter(KNOWN::contains).toList();
        if (answered.isEmpty()) {
            throw new dev.eider.catalog.EiderException(
                    dev.eider.catalog.ErrorCode.UNSUPPORTED,
                    "None of the SQL facts " + Arrays.toString(asked.toArray()) + " is known");
        }
        builder.send(answered, listener);
    }
}
