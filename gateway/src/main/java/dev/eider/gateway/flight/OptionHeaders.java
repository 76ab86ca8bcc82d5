package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.arrow.flight.CallHeaders;
import org.jspecify.annotations.Nullable;

/** Reads options from the headers of one call, so that none is ever ignored. Confined to the call. */
final class OptionHeaders {
    static final String PREFIX = "eider-";
    private static final int MOST_SHOWN = 40;

    private final CallHeaders headers;

    OptionHeaders(CallHeaders headers) {
        this.headers = headers;
    }

    /** Refuses every option that is not known. */
    void requireOnly(Set<String> known, Set<String> planned) {
        for (String name : headers.keys()) {
            if (planned.contains(name)) {
                throw new EiderException(ErrorCode.UNSUPPORTED, "This version does not support the option " + name);
            }
            if (name.startsWith(PREFIX) && !known.contains(name)) {
                throw new EiderException(
                        ErrorCode.INVALID_REQUEST,
                        "Unknown option " + name + ", known are " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /** Returns the value of an option; one that is given twice with different values is refused. */
    Optional<String> value(String name) {
        String value = null;
        Iterable<String> values = headers.getAll(name);
        if (values != null) {
            for (String next : values) {
                if (value != null && !value.equals(next)) {
                    throw new EiderException(
                            ErrorCode.INVALID_REQUEST,
                            "%s is given twice, as \"%s\" and as \"%s\"".formatted(name, shown(value), shown(next)));
                }
                value = next;
            }
        }
        return Optional.ofNullable(value);
    }

    /** Returns an option that names something: short, and of visible characters, which is all that headers carry. */
    Optional<String> name(String name, int longest) {
        Optional<String> value = value(name);
        value.ifPresent(text -> {
            // Whatever is beyond ASCII was replaced on its way here, so that different names would look alike.
            if (text.isBlank()
                    || text.length() > longest
                    || !text.chars().allMatch(letter -> letter >= ' ' && letter <= '~')) {
                throw bad(name, text, "1 to %d visible ASCII characters".formatted(longest), null);
            }
        });
        return value;
    }

    /** Returns the error for a value that does not fit its option. */
    static EiderException bad(String name, String value, String expected, @Nullable Throwable cause) {
        return new EiderException(
                ErrorCode.INVALID_REQUEST,
                name + " has the bad value \"" + shown(value) + "\": expected " + expected,
                cause);
    }

    private static String shown(String value) {
        String printable = value.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= MOST_SHOWN ? printable : printable.substring(0, MOST_SHOWN) + "…";
    }
}
