package dev.eider.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where PostgreSQL's programs are, and as whom they run: in the directory that {@code -Deider.test.postgres} names, or
 * the newest version in Debian's place. Immutable.
 *
 * @param directory the directory with {@code initdb} and {@code pg_ctl}
 */
record PostgresBinaries(Path directory) {
    static final String MISSING =
            "No PostgreSQL found: neither -Deider.test.postgres=BIN_DIRECTORY nor /usr/lib/postgresql/*/bin has initdb";

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    static Optional<PostgresBinaries> find() {
        String given = System.getProperty("eider.test.postgres", "");
        return (given.isEmpty() ? inDebiansPlace() : Optional.of(Path.of(given)))
                .filter(directory -> Files.isExecutable(directory.resolve("initdb")))
                .map(PostgresBinaries::new);
    }

    /** Throws if this run was told not to skip anything. */
    static void refuseIfRequired() {
        if (Boolean.getBoolean("eider.test.postgres.required")) {
            throw new IllegalStateException(MISSING + ", but -Deider.test.postgres.required=true");
        }
    }

    private static Optional<Path> inDebiansPlace() {
        if (!Files.isDirectory(DEBIAN)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.filter(version -> version.getFileName().toString().matches("\\d+"))
                    .filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
                    .max(Comparator.comparingInt(
                            version -> Integer.parseInt(version.getFileName().toString())))
                    .map(version -> version.resolve("bin"));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot list " + DEBIAN, e);
        }
    }

    /** Returns a command line; as root, one that another user runs. */
    List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(ROOT ? List.of("runuser", "-u", "postgres", "--") : List.of());
        command.add(directory.resolve(program).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Gives a file to whoever runs the programs. */
    void own(Path file) throws IOException {
        if (ROOT) {
            Files.setOwner(
                    file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("postgres"));
        }
    }
}
