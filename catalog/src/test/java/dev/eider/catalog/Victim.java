package dev.eider.catalog;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/** A process that is killed in its swap. */
final class Victim {
    private Victim() {}

    /** Runs one to its end and returns its exit code. */
    static int run(String uri, Faults.Point point) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        uri,
                        point.name())
                .inheritIO()
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("The victim lives");
        }
        return process.exitValue();
    }

    public static void main(String[] arguments) throws SQLException {
        try (Faults faults = FaultyDriver.script("victim")) {
            faults.arm(Faults.Point.valueOf(arguments[1]), Faults.Kind.KILL, 1);
            try (Connection connection = DriverManager.getConnection(faults.uri(arguments[0]))) {
                PointerTable.swap(connection, "v0", "v1");
            }
        }
    }
}
