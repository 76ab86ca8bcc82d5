package dev.eider.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Options of a command line, each taken once: {@code --name value}, or a switch without a value. Not thread-safe. */
public final class Options {
    private final List<String> given;

    /** Reads what {@code main} got. */
    public Options(String[] arguments) {
        given = new ArrayList<>(List.of(arguments));
    }

    /** Takes the value of an option. */
    public Optional<String> text(String name) {
        int at = given.indexOf(name);
        if (at < 0 || at + 1 >= given.size()) {
            return Optional.empty();
        }
        String value = given.get(at + 1);
        given.subList(at, at + 2).clear();
        return Optional.of(value);
    }

    /** Takes a whole number. */
    public int number(String name, int otherwise) {
        return text(name).map(Integer::parseInt).orElse(otherwise);
    }

    /** Takes a list with commas between its words. */
    public List<String> words(String name, String otherwise) {
        return List.of(text(name).orElse(otherwise).split(","));
    }

    /** Takes a switch: whether it was given. */
    public boolean has(String name) {
        return given.remove(name);
    }

    /** Refuses what nobody has taken. */
    public void requireAllTaken() {
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("Unknown arguments: " + given);
        }
    }
}
