package dev.eider.gateway.flight;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.sql.SqlInfoBuilder;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedCaseSensitivity;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedTransaction;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Tells SQL clients what kind of server this is. Thread-safe. */
final class SqlServerInfo {
    private static final List<SqlInfo> KNOWN = List.of(
            SqlInfo.FLIGHT_SQL_SERVER_NAME,
            SqlInfo.FLIGHT_SQL_SERVER_VERSION,
            SqlInfo.FLIGHT_SQL_SERVER_ARROW_VERSION,
            SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY,
            SqlInfo.FLIGHT_SQL_SERVER_SQL,
            SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT,
            SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION,
            SqlInfo.FLIGHT_SQL_SERVER_CANCEL,
            SqlInfo.FLIGHT_SQL_SERVER_BULK_INGESTION,
            SqlInfo.SQL_DDL_CATALOG,
            SqlInfo.SQL_DDL_SCHEMA,
            SqlInfo.SQL_DDL_TABLE,
            SqlInfo.SQL_IDENTIFIER_CASE,
            SqlInfo.SQL_IDENTIFIER_QUOTE_CHAR,
            SqlInfo.SQL_QUOTED_IDENTIFIER_CASE,
            SqlInfo.SQL_ALL_TABLES_ARE_SELECTABLE,
            SqlInfo.SQL_CATALOG_TERM,
            SqlInfo.SQL_SCHEMA_TERM,
            SqlInfo.SQL_SEARCH_STRING_ESCAPE,
            SqlInfo.SQL_CATALOG_AT_START,
            SqlInfo.SQL_TRANSACTIONS_SUPPORTED);
    private static final Set<Integer> KNOWN_NUMBERS =
            KNOWN.stream().map(SqlInfo::getNumber).collect(Collectors.toUnmodifiableSet());

    private final SqlInfoBuilder builder;

    SqlServerInfo() {
        this.builder = new SqlInfoBuilder()
                .withFlightSqlServerName("Eider")
                .withFlightSqlServerVersion(versionOf(SqlServerInfo.class))
                .withFlightSqlServerArrowVersion(versionOf(VectorSchemaRoot.class))
                .withFlightSqlServerReadOnly(false)
                .withFlightSqlServerSql(true)
                .withFlightSqlServerSubstrait(false)
                .withFlightSqlServerTransaction(SqlSupportedTransaction.SQL_SUPPORTED_TRANSACTION_NONE)
                .withFlightSqlServerCancel(false)
                .withFlightSqlServerBulkIngestion(false)
                .withSqlDdlCatalog(false)
                .withSqlDdlSchema(true)
                .withSqlDdlTable(true)
                .withSqlIdentifierCase(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE)
                .withSqlIdentifierQuoteChar("\"")
                .withSqlQuotedIdentifierCase(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_CASE_INSENSITIVE)
                .withSqlAllTablesAreSelectable(true)
                .withSqlCatalogTerm("catalog")
                .withSqlSchemaTerm("schema")
                .withSqlSearchStringEscape("\\")
                .withSqlCatalogAtStart(true)
                .withSqlTransactionsSupported(false);
    }

    private static String versionOf(Class<?> type) {
        return Objects.requireNonNullElse(type.getPackage().getImplementationVersion(), "development");
    }

    /** Sends the facts that were asked for, or all if the question is empty; unknown ones are left out. */
    void send(List<Integer> asked, ServerStreamListener listener) {
        List<Integer> answered = asked.isEmpty()
                ? KNOWN.stream().map(SqlInfo::getNumber).toList()
                : asked.stream().filter(KNOWN_NUMBERS::contains).toList();
        if (answered.isEmpty()) {
            throw new dev.eider.catalog.EiderException(
                    dev.eider.catalog.ErrorCode.UNSUPPORTED,
                    "None of the SQL facts " + Arrays.toString(asked.toArray()) + " is known");
        }
        builder.send(answered, listener);
    }
}
