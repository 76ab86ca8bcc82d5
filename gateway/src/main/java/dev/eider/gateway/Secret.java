package dev.eider.gateway;

/**
 * A value that must reach neither a log nor an error message: it prints as stars. Immutable.
 *
 * @param value the text itself
 */
public record Secret(String value) {
    @Override
    public String toString() {
        return "***";
    }
}
