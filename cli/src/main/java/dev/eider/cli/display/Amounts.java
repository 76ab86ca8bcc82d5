package dev.eider.cli.display;

import java.time.Duration;
import java.util.Locale;

/** Writes numbers, sizes and durations the way people read them. Stateless. */
public final class Amounts {
    private Amounts() {}

    /** Returns for example {@code 1,234,567}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Returns for example {@code 1 row} or {@code 1,200 rows}. */
    public static String count(long number, String noun) {
        return count(number) + " " + noun + (number == 1 ? "" : "s");
    }

    /** Returns for example {@code 12.3 MB}, in powers of 1000. */
    public static String bytes(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        double amount = bytes;
        int unit = -1;
        while (amount >= 999.95 && unit < 4) {
            amount /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %cB", amount, "kMGTP".charAt(unit));
    }

    /** Returns for example {@code 7 ms}, {@code 1.2 s}, {@code 3 min 20 s}. */
    public static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis < 60_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        long seconds = duration.toSeconds();
        return seconds < 3600
                ? seconds / 60 + " min " + seconds % 60 + " s"
                : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }

    /** Returns the time since a {@link System#nanoTime()}. */
    public static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
