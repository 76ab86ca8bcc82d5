package dev.eider.gateway;

import java.util.Comparator;
import java.util.List;

/** Finds the name that somebody probably meant. */
final class Spelling {
    private Spelling() {}

    /** Returns a sentence that suggests the nearest known name, or points to the reference when none is near. */
    static String suggestion(String name, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(candidate -> distance(name, candidate) <= Math.max(3, name.length() / 3))
                .map(candidate -> ": did you mean " + candidate + "?")
                .orElse(": docs/configuration.md lists the known ones");
    }

    /** Returns how many letters have to be inserted, removed or replaced to turn one name into the other. */
    private static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = previous[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, Math.min(previous[column], current[column - 1]) + 1);
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
