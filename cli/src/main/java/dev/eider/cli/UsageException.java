package dev.eider.cli;

import java.io.Serial;
import java.util.function.Supplier;

/** Says that a command was called the wrong way: its one line goes with the exit code for usage. */
final class UsageException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    /** Returns what {@code parse} makes of an argument, and turns its refusal into an error of usage. */
    static <T> T parsed(Supplier<T> parse) {
        try {
            return parse.get();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    static void unless(boolean condition, String message) {
        if (!condition) {
            throw new UsageException(message);
        }
    }
}
