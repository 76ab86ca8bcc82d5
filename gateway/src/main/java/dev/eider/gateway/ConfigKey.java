package dev.eider.gateway;

import java.util.Locale;

/**
 * One setting: its name, what it accepts, what it is without being set, and what it is for. Immutable.
 *
 * @param name the dotted name that flags and error messages use
 * @param type how its text is read
 * @param fallback what it is when nobody sets it
 * @param purpose one or two sentences: what it is, and who would change it
 * @param secret whether its value must never be shown, and may come from a file
 */
record ConfigKey<T>(String name, ValueType<T> type, Fallback<T> fallback, String purpose, boolean secret) {
    static final String PREFIX = "EIDER_";

    /**
     * The value of a setting that nobody set.
     *
     * @param text how the reference describes it
     * @param value computes it from this host and the other settings
     */
    record Fallback<T>(String text, Computation<T> value) {}

    /** Computes a default from other settings. */
    @FunctionalInterface
    interface Computation<T> {
        T from(Settings settings);
    }

    /** Declares a setting whose default is a text. */
    static <T> ConfigKey<T> of(String name, ValueType<T> type, String fallback, String purpose) {
        T value = type.parser().apply(fallback);
        return new ConfigKey<>(name, type, new Fallback<>("`" + fallback + "`", settings -> value), purpose, false);
    }

    /** Declares a setting whose default follows from the host or other settings. */
    static <T> ConfigKey<T> computed(
            String name, ValueType<T> type, String text, Computation<T> fallback, String purpose) {
        return new ConfigKey<>(name, type, new Fallback<>(text, fallback), purpose, false);
    }

    /** Returns the environment variable that sets it. */
    String variable() {
        return PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Returns the environment variable that names a file with its value; only secrets have one. */
    String fileVariable() {
        return variable() + "_FILE";
    }
}
