package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The documents for developers name classes; a class that was renamed or removed must not live on in them. */
class ArchitectureDocTest {
    private static final Pattern CODE_SPAN = Pattern.compile("`([^`\n]+)`");
    /** A word that starts like a class: {@code Gateway}, {@code TableAppender}; not {@code SELECT}, {@code -Dtest}. */
    private static final Pattern CLASS_NAME = Pattern.compile("(?<![\\w-])[A-Z]+[a-z][A-Za-z0-9]*\\b(?!\\.md)");

    private static final Pattern DECLARATION = Pattern.compile("\\b(?:class|record|enum|interface) +([A-Z]\\w*)");
    /** Calls of Flight's protocol, and words that the documents forbid as endings of names. */
    private static final Set<String> NO_CLASSES = Set.of(
            "DoAction",
            "DoGet",
            "DoPut",
            "GetFlightInfo",
            "GetSchema",
            "ListActions",
            "ListFlights",
            "Manager",
            "Helper",
            "Util",
            "Impl",
            "Base");

    private static final Set<String> KNOWN = new TreeSet<>();
    private static Path root = Path.of("");

    @BeforeAll
    static void collectClasses() throws IOException {
        root = repository();
        for (Path source : files(root, ".java")) {
            DECLARATION.matcher(text(source)).results().forEach(match -> KNOWN.add(match.group(1)));
        }
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (entry.endsWith(".jar")) {
                addLibrary(Path.of(entry));
            }
        }
    }

    @Test
    void documentsNameOnlyClassesThatExist() throws IOException {
        List<Path> documents = new ArrayList<>(files(root.resolve("docs/adr"), ".md"));
        documents.add(root.resolve("docs/architecture.md"));
        documents.add(root.resolve("CONTRIBUTING.md"));

        List<String> stale = new ArrayList<>();
        for (Path document : documents) {
            unknownClasses(text(document)).forEach(name -> stale.add(root.relativize(document) + ": " + name));
        }

        assertThat(documents).hasSizeGreaterThan(5);
        assertThat(stale).as("classes that exist nowhere").isEmpty();
    }

    @Test
    void reportsAClassThatDoesNotExist() {
        String document =
                "`Warehouse` hands over to `TableAppenderFactory.create()`, see `CommitOutcome.orThrow()` and `Shovel`.";

        assertThat(unknownClasses(document)).containsExactly("TableAppenderFactory", "Shovel");
    }

    @Test
    void knowsNestedAndForeignClassesAndLeavesOtherCodeAlone() {
        String document =
                "`BoundQuery.Pin`, `JdbcCatalog`, `SELECT a::BIGINT`, `-Dtest=TableAppenderTest`, `README.md`,"
                        + " no `*Impl`; NotInBackticks.";

        assertThat(unknownClasses(document)).isEmpty();
    }

    private static List<String> unknownClasses(String document) {
        return CODE_SPAN
                .matcher(document)
                .results()
                .flatMap(span -> CLASS_NAME.matcher(span.group(1)).results().map(MatchResult::group))
                .filter(name -> !KNOWN.contains(name) && !NO_CLASSES.contains(name))
                .distinct()
                .toList();
    }

    private static void addLibrary(Path library) throws IOException {
        try (JarFile jar = new JarFile(library.toFile())) {
            jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.substring(
                            Math.max(name.lastIndexOf('/'), name.lastIndexOf('$')) + 1,
                            name.length() - ".class".length()))
                    .forEach(KNOWN::add);
        }
    }

    private static Path repository() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve(".mvn"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new AssertionError(
                        "No directory with .mvn above " + Path.of("").toAbsolutePath());
            }
            directory = parent;
        }
        return directory;
    }

    private static List<Path> files(Path directory, String ending) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(path -> path.toString().endsWith(ending))
                    .filter(path -> !root.relativize(path).toString().contains("target" + File.separator))
                    .sorted()
                    .toList();
        }
    }

    private static String text(Path path) throws IOException {
        return Files.readString(path, StandardCharsets.UTF_8);
    }
}
