package dev.eider.gateway;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Map;

/**
 * What was set, by key, and the host that computes the rest. Immutable.
 *
 * @param machine the host
 * @param given texts that were set, by the key's name
 */
record Settings(Machine machine, Map<String, Given> given) {

    /**
     * The text of one setting, and where it came from.
     *
     * @param text the value as it was written
     * @param source the environment variable or flag
     */
    record Given(String text, String source) {
        @Override
        public String toString() {
            return "(from " + source + ")";
        }
    }

    Settings {
        given = Map.copyOf(given);
    }

    /** Returns the value of a setting, or its default. */
    <T> T get(ConfigKey<T> key) {
        Given setting = given.get(key.name());
        if (setting == null) {
            return key.fallback().value().from(this);
        }
        try {
            return key.type().parser().apply(setting.text().strip());
        } catch (IllegalArgumentException bad) {
            String reason = bad.getMessage();
            boolean explained = reason != null && !(bad instanceof NumberFormatException);
            String value = key.secret() ? "a bad value" : "the bad value \"" + setting.text() + "\"";
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    key.name() + " has " + value + " " + setting + ": expected "
                            + (explained ? reason : key.type().expected()),
                    key.secret() ? null : bad);
        }
    }
}
