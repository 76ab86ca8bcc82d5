import java.sql.DriverManager;

/** Asks one question over JDBC, with the Arrow Flight SQL driver. */
final class JdbcExample {
    public static void main(String[] arguments) throws Exception {
        String url =
                arguments.length > 0 ? arguments[0] : "jdbc:arrow-flight-sql://127.0.0.1:8815/?useEncryption=false";
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.prepareStatement(
                        "SELECT origin, count(*) AS departures FROM flights WHERE distance > ?"
                                + " GROUP BY origin ORDER BY departures DESC LIMIT 5")) {
            statement.setLong(1, 1000);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    System.out.println(rows.getString("origin") + " " + rows.getLong("departures"));
                }
            }
        }
    }
}
