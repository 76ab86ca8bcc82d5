package dev.eider.cli.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.vector.FieldVector;

/** Asks a server for its name and version, in the words of Flight SQL. Stateless. */
final class ServerVersion {
    private ServerVersion() {}

    /** Returns for example {@code Eider 0.1.0}, or words that say that the server does not tell. */
    @SuppressWarnings("resource") // the Flight SQL client is a view of the Flight client, which stays its owner's
    static String of(FlightClient flight, CallOption... options) {
        FlightSqlClient sql = new FlightSqlClient(flight);
        List<String> parts = new ArrayList<>();
        try {
            FlightInfo info = sql.getSqlInfo(
                    new SqlInfo[] {SqlInfo.FLIGHT_SQL_SERVER_NAME, SqlInfo.FLIGHT_SQL_SERVER_VERSION}, options);
            try (ResultStream result =
                    ResultStream.open(flight, info.getEndpoints().get(0).getTicket(), options)) {
                while (result.rows().next()) {
                    FieldVector values = result.rows().getRoot().getVector(1);
                    for (int row = 0; row < values.getValueCount(); row++) {
                        parts.add(String.valueOf(values.getObject(row)));
                    }
                }
            }
        } catch (FlightRuntimeException e) {
            if (e.status().code() != FlightStatusCode.UNIMPLEMENTED) {
                throw e;
            }
        }
        return parts.isEmpty() ? "of unknown version" : String.join(" ", parts);
    }
}
