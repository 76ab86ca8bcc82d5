package dev.eider.warehouse.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Finds the known name that was probably meant by one that is not known. Stateless. */
public final class NearestName {
    private static final int LONGEST = 100;

    private NearestName() {}

    /** Returns the end of a sentence that suggests the nearest name; empty if none is near. */
    public static String suggestion(String name, Collection<String> known) {
        String folded = name.toLowerCase(Locale.ROOT);
        int most = Math.max(1, name.length() / 3);
        if (name.length() > LONGEST) {
            return "";
        }
        return known.stream()
                .filter(candidate -> Math.abs(candidate.length() - name.length()) <= most)
                .filter(candidate -> distance(folded, candidate.toLowerCase(Locale.ROOT)) <= most)
                .min(Comparator.<String>comparingInt(candidate -> distance(folded, candidate.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()))
                .map(candidate -> "; did you mean " + candidate + "?")
                .orElse("");
    }

    /** Returns how many letters have to be inserted, removed, replaced or swapped to turn one name into the other. */
    private static int distance(String from, String to) {
        int[][] costs = new int[from.length() + 1][to.length() + 1];
        for (int row = 0; row <= from.length(); row++) {
            for (int column = 0; column <= to.length(); column++) {
                costs[row][column] = row == 0 || column == 0 ? row + column : cost(costs, from, to, row, column);
            }
        }
        return costs[from.length()][to.length()];
    }

    private static int cost(int[][] costs, String from, String to, int row, int column) {
        boolean same = from.charAt(row - 1) == to.charAt(column - 1);
        int cost = Math.min(
                costs[row - 1][column - 1] + (same ? 0 : 1),
                Math.min(costs[row - 1][column], costs[row][column - 1]) + 1);
        boolean swapped = row > 1
                && column > 1
                && from.charAt(row - 1) == to.charAt(column - 2)
                && from.charAt(row - 2) == to.charAt(column - 1);
        return swapped ? Math.min(cost, costs[row - 2][column - 2] + 1) : cost;
    }
}
