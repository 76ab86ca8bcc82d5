package dev.eider.gateway.auth;

import java.util.Objects;

/**
 * On whose behalf a request runs. Immutable.
 *
 * @param name how logs and policies refer to the caller
 */
public record Caller(String name) {
    private static final Caller ANONYMOUS = new Caller("anonymous");

    /** Refuses a caller without a name. */
    public Caller {
        Objects.requireNonNull(name);
        if (name.isBlank()) {
            throw new IllegalArgumentException("A caller needs a name");
        }
    }

    /** Returns the caller that every request has while no authentication is configured. */
    public static Caller anonymous() {
        return ANONYMOUS;
    }
}
