package dev.eider.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * A real PostgreSQL server for tests: one per JVM, in a temporary directory, on a free port of the loopback interface.
 *
 * <p>It is started when first asked for, runs as {@code postgres} where the JVM runs as root (which the server refuses),
 * and goes, with its directory, when the JVM ends, however that ends. Its user has a password that must be right.
 * Thread-safe.
 */
public final class PostgresServer {
    /** Locales of databases, as the C library calls them. */
    public static final List<String> LOCALES = List.of("en_US.utf8", "C.utf8");

    private static final String USER = "eider";
    private static final int START_ATTEMPTS = 5;

    /** Stops the server and removes its directory as soon as this JVM closes its input, or is gone. */
    private static final String WATCH =
            """
            trap '' HUP INT TERM
            cat > /dev/null
            directory=$1; shift
            "$@" > /dev/null 2>&1
            rm -rf "$directory"
            """;

    private final PostgresBinaries binaries;
    private final Path directory;
    private final Path log;
    private final String password = UUID.randomUUID().toString();
    private final AtomicInteger databases = new AtomicInteger();
    private int port;

    private PostgresServer(PostgresBinaries binaries, Path directory) {
        this.binaries = binaries;
        this.directory = directory;
        this.log = directory.resolve("server.log");
    }

    /** Holds the one server of this JVM; the JVM's class loading makes it the only one. */
    private static final class Shared {
        static final Optional<PostgresServer> SERVER = PostgresBinaries.find().map(PostgresServer::launch);
    }

    /**
     * Returns the one server of this JVM, or nothing on a machine without PostgreSQL.
     *
     * @throws IllegalStateException if it is missing although {@code -Deider.test.postgres.required=true} was given
     */
    public static Optional<PostgresServer> shared() {
        if (PostgresBinaries.find().isEmpty()) {
            PostgresBinaries.refuseIfRequired();
            return Optional.empty();
        }
        return Shared.SERVER;
    }

    /** Returns the one server of this JVM; without PostgreSQL, the running test ends as skipped. */
    public static PostgresServer orSkip() {
        Optional<PostgresServer> server = shared();
        Assumptions.assumeTrue(server.isPresent(), PostgresBinaries.MISSING);
        return server.get();
    }

    /**
     * Makes an empty database and returns its JDBC URI, with user and password. Its locale is the first of
     * {@link #LOCALES} that this host has: one that knows capitals beyond ASCII, as most servers do.
     */
    public String newDatabase() {
        return newDatabase(LOCALES.stream().filter(this::hasLocale).findFirst().orElse("C"));
    }

    /** Makes an empty database whose text is sorted and folded by a locale; without it, the running test is skipped. */
    public String newDatabase(String locale) {
        boolean known = hasLocale(locale);
        if (!known && Boolean.getBoolean("eider.test.postgres.required")) {
            throw new IllegalStateException(
                    "This host has no locale %s, but -Deider.test.postgres.required=true".formatted(locale));
        }
        Assumptions.assumeTrue(known, () -> "This host has no locale " + locale);
        String name = "db" + databases.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(uri("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE %s TEMPLATE template0 LOCALE '%s'".formatted(name, locale));
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot make a database: " + e.getMessage(), e);
        }
        return uri(name);
    }

    private boolean hasLocale(String locale) {
        try (Connection connection = DriverManager.getConnection(uri("postgres"));
                PreparedStatement statement =
                        connection.prepareStatement("SELECT 1 FROM pg_collation WHERE collname = ?")) {
            statement.setString(1, locale);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot read the locales: " + e.getMessage(), e);
        }
    }

    private String uri(String database) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s&password=%s".formatted(port, database, USER, password);
    }

    /** Returns a URI of {@link #newDatabase()} without user and password, which then have to be given beside it. */
    public static String withoutCredentials(String uri) {
        return uri.substring(0, uri.indexOf('?'));
    }

    /** Returns who may connect. */
    public String user() {
        return USER;
    }

    /** Returns the password of {@link #user()}. */
    public String password() {
        return password;
    }

    /** Returns the port on 127.0.0.1; it stays the same over a restart. */
    public int port() {
        return port;
    }

    /** Ends every connection at once and without a word, as a crash does; what was committed is there after a start. */
    public synchronized void stop() {
        run(control("-m", "immediate", "-w", "stop"));
    }

    /** Starts again after {@link #stop()}, with the same databases, and returns when connections are accepted. */
    public synchronized void start() {
        run(startCommand());
    }

    /** Crashes the server and starts it again; every open connection is lost. */
    public void restart() {
        stop();
        start();
    }

    private static PostgresServer launch(PostgresBinaries binaries) {
        try {
            Path directory = Files.createTempDirectory("eider-postgres");
            PostgresServer server = new PostgresServer(binaries, directory);
            server.watch();
            server.initialise();
            server.startOnAFreePort();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start PostgreSQL", e);
        }
    }

    private void watch() throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", WATCH, "watch", directory.toString()));
        command.addAll(control("-m", "immediate", "-w", "stop"));
        Process watcher = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> letGo(watcher), "postgres-stop"));
    }

    private static void letGo(Process watcher) {
        try {
            watcher.getOutputStream().close();
            watcher.waitFor(10, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void initialise() throws IOException {
        Path secret = Files.writeString(directory.resolve("password"), password);
        binaries.own(secret);
        binaries.own(directory);
        run(binaries.command(
                "initdb",
                "--pgdata=" + cluster(),
                "--username=" + USER,
                "--pwfile=" + secret,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync"));
        Files.writeString(
                cluster().resolve("postgresql.auto.conf"),
                """
                listen_addresses = '127.0.0.1'
                unix_socket_directories = '%s'
                max_connections = 200
                shared_buffers = 32MB
                fsync = %s
                """
                        .formatted(directory, System.getProperty("eider.test.postgres.fsync", "on")));
    }

    /** Another process can take a port between its choice and its use. */
    private void startOnAFreePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            try {
                start();
                return;
            } catch (IllegalStateException e) {
                if (attempt == START_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private List<String> startCommand() {
        return control("-w", "-t", "60", "-l", log.toString(), "-o", "-p " + port, "start");
    }

    private List<String> control(String... arguments) {
        List<String> command = binaries.command("pg_ctl", "-D", cluster().toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private Path cluster() {
        return directory.resolve("cluster");
    }

    /** Output goes to a file: the server would keep a pipe open for as long as it runs. */
    private void run(List<String> command) {
        Path output = directory.resolve("output.log");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            int exit = process.waitFor();
            if (exit != 0) {
                String said = Files.readString(output) + (Files.exists(log) ? Files.readString(log) : "");
                throw new IllegalStateException("%s ended with %d: %s".formatted(command, exit, said));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted in " + command, e);
        }
    }
}
