package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.Journal.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What all clients logged, read back from their files.
 *
 * @param intents every append that was meant to be made, by number
 * @param outcomes what became of those that came to an end
 */
record Journals(Map<Long, Intent> intents, Map<Long, Outcome> outcomes) {

    static Journals read(Path directory) throws IOException {
        Journals journals = new Journals(new HashMap<>(), new HashMap<>());
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(Journal.SUFFIX))
                    .toList()) {
                Files.readAllLines(file).forEach(journals::add);
            }
        }
        return journals;
    }

    private void add(String line) {
        List<String> words = List.of(line.split(" "));
        long number = Long.parseLong(words.get(1));
        if (words.get(0).equals("I")) {
            intents.put(
                    number,
                    new Intent(
                            number,
                            words.get(2),
                            words.get(3),
                            Integer.parseInt(words.get(4)),
                            Integer.parseInt(words.get(5))));
        } else {
            outcomes.put(number, Outcome.of(words.get(0).charAt(0)));
        }
    }

    /** Returns the names of all tables that rows were meant for. */
    List<String> tables() {
        TreeSet<String> names = new TreeSet<>();
        intents.values().forEach(intent -> names.add(intent.table()));
        return List.copyOf(names);
    }
}
