package dev.eider.cli.demo;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.client.GatewayAddress;
import dev.eider.cli.client.SnapshotSummary;
import dev.eider.cli.client.TableName;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.SingleRow;
import dev.eider.cli.display.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * The story that the demonstration tells, against a gateway without tables.
 *
 * <p>It is a test as well: an answer that is not what it must be ends it with an error. Confined to one thread, except for
 * the writers that it starts and waits for.
 */
public final class Demonstration {
    /** The file of flights, in the directory of examples. */
    public static final String FLIGHTS_FILE = "flights.parquet";

    private static final String AIRPORTS_FILE = "airports.parquet";
    private static final TableName FLIGHTS = TableName.parse("flights");
    private static final TableName AIRPORTS = TableName.parse("airports");
    /** The month's last days are held back, to arrive after the questions. */
    private static final int LOADED_DAYS = 28;

    private static final int ALL_DAYS = 31;
    private static final String SUMMARY =
            """
            SELECT count(*) AS flights, round(avg(delay), 3) AS average_delay, max(date) AS newest
            FROM flights""";

    private final Terminal terminal;
    private final Narrator narrator;
    private final GatewayAddress address;
    private final Path examples;

    /**
     * Prepares the story.
     *
     * @param terminal where it is told
     * @param address the gateway that it is about
     * @param examples directory of the data that it loads
     * @param checkpoint run before each part; ends the story by throwing
     */
    public Demonstration(Terminal terminal, GatewayAddress address, Path examples, Runnable checkpoint) {
        this.terminal = terminal;
        this.narrator = new Narrator(terminal, checkpoint);
        this.address = address;
        this.examples = examples;
    }

    /** Says what was started. */
    public void introduce(String warehouse, Duration startUp) {
        narrator.heading("A gateway on an empty warehouse");
        terminal.line("Started in " + Amounts.duration(startUp) + ": " + address);
        terminal.line("Its tables are Apache Iceberg tables in " + warehouse);
    }

    /** Loads, asks, and asks the past. */
    public void run() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                EiderClient client = EiderClient.connect(address, allocator)) {
            FlightLoad load = new FlightLoad(narrator, address, examples.resolve(FLIGHTS_FILE));
            loadFlights(client, load);
            loadAirports(client, load);
            askQuestions(client);
            askThePast(client, load);
        }
    }

    private void loadFlights(EiderClient client, FlightLoad load) throws Exception {
        narrator.heading("Four writers load January 2001 at once: every US domestic flight, one append a day");
        long started = System.nanoTime();
        long rows = load.concurrently(FLIGHTS, 1, LOADED_DAYS);
        Duration elapsed = Amounts.since(started);
        int snapshots = client.snapshots(FLIGHTS).size();
        String sharing = snapshots < LOADED_DAYS ? "Appends that waited together share a commit" : "Each is one commit";
        terminal.line("");
        terminal.line(Amounts.count(rows, "row") + " in " + LOADED_DAYS + " appends became "
                + Amounts.count(snapshots, "snapshot") + " in " + Amounts.duration(elapsed) + ". " + sharing
                + ", and none was lost.");
        long counted =
                Long.parseLong(answer(client, "SELECT count(*) FROM flights").get(0));
        require(counted == rows, "the table has " + counted + " rows, not the " + rows + " that were acknowledged");
    }

    private void loadAirports(EiderClient client, FlightLoad load) throws IOException {
        narrator.heading("A second table: the airports");
        load.whole(client, AIRPORTS, examples.resolve(AIRPORTS_FILE));
    }

    private void askQuestions(EiderClient client) {
        narrator.heading("Which airports are the busiest?");
        narrator.ask(
                client,
                """
                SELECT a.name, a.city, a.state, count(*) AS departures, round(avg(f.delay), 1) AS average_delay
                FROM flights f JOIN airports a ON f.origin = a.iata
                GROUP BY ALL ORDER BY departures DESC LIMIT 8""");
        narrator.heading("When are flights late?");
        narrator.ask(
                client,
                """
                SELECT hour(date) AS hour, count(*) AS flights, round(avg(delay), 1) AS average_delay,
                       bar(avg(delay), -5, 30, 30) AS delay
                FROM flights GROUP BY hour HAVING flights > 1500 ORDER BY hour""");
        narrator.heading("Which states do flights connect?");
        narrator.ask(
                client,
                """
                WITH routes AS (SELECT origin, destination, count(*) AS flights FROM flights GROUP BY ALL)
                SELECT o.state AS from_state, d.state AS to_state, sum(flights)::BIGINT AS flights, count(*) AS routes
                FROM routes JOIN airports o ON origin = o.iata JOIN airports d ON destination = d.iata
                GROUP BY ALL ORDER BY flights DESC, from_state LIMIT 8""");
    }

    private void askThePast(EiderClient client, FlightLoad load) throws Exception {
        narrator.heading("Remember this moment, then append the last three days");
        long snapshot = currentSnapshot(client);
        List<String> before = answer(client, SUMMARY);
        narrator.ask(client, SUMMARY);
        terminal.line("The current snapshot is " + snapshot + ".");
        terminal.line("");
        load.concurrently(FLIGHTS, LOADED_DAYS + 1, ALL_DAYS);

        narrator.heading("The same question now");
        narrator.ask(client, SUMMARY);
        List<String> now = answer(client, SUMMARY);
        require(!now.equals(before), "the appended rows did not change the answer");

        String asOf = SUMMARY + " AT (VERSION => " + snapshot + ")";
        narrator.heading("And as of the moment remembered");
        narrator.ask(client, asOf);
        List<String> past = answer(client, asOf);
        require(past.equals(before), "the past changed: " + past + " instead of " + before);
        terminal.line("The same answer as before, while the current one differs.");
    }

    private static long currentSnapshot(EiderClient client) {
        return client.snapshots(FLIGHTS).stream()
                .filter(SnapshotSummary::current)
                .mapToLong(SnapshotSummary::snapshotId)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("flights has no current snapshot"));
    }

    private static List<String> answer(EiderClient client, String sql) {
        SingleRow row = new SingleRow();
        client.query(sql, row::start, row::batch);
        return row.texts();
    }

    private static void require(boolean condition, String failure) {
        if (!condition) {
            throw new IllegalStateException("the demonstration failed: " + failure);
        }
    }

    /** Says what to try next, here if the gateway goes on, else with one of the user's own. */
    public void suggest(boolean keepsServing) {
        narrator.title("Try next");
        if (keepsServing) {
            String call = "./eider query --url " + address;
            narrator.suggestion("./eider tables --url " + address, "");
            narrator.suggestion(call + " \"SELECT * FROM flights ORDER BY delay DESC LIMIT 5\"", "");
            narrator.suggestion("./eider snapshots --url " + address + " flights", "");
            narrator.suggestion("./eider write --url " + address + " -n readings -i 1", "");
            terminal.line("  JDBC: jdbc:arrow-flight-sql://" + address.host() + ":" + address.port()
                    + "/?useEncryption=false");
            terminal.line("");
            terminal.line("Serving on " + address + " until Ctrl-C.");
            return;
        }
        narrator.suggestion("./eider demo --keep", "the same, and goes on serving these tables");
        narrator.suggestion("./eider serve", "a gateway of your own, data in ./eider-data");
        narrator.suggestion("./eider ingest examples/flights.parquet --table flights", "in a second terminal");
        narrator.suggestion("./eider query \"SELECT * FROM flights ORDER BY delay DESC LIMIT 5\"", "");
        narrator.suggestion("./eider snapshots flights", "");
        terminal.line("  JDBC: jdbc:arrow-flight-sql://127.0.0.1:8815/?useEncryption=false");
        terminal.line("");
    }
}
