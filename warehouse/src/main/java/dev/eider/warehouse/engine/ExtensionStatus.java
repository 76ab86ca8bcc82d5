package dev.eider.warehouse.engine;

/**
 * What became of one extension of DuckDB. Immutable.
 *
 * @param name as DuckDB calls it
 * @param version its own version, empty if it is not known
 * @param path its file, there or not; {@code (built in)} for one that needs none
 * @param usable whether it is loaded
 * @param problem why it is not, empty if it is
 */
public record ExtensionStatus(String name, String version, String path, boolean usable, String problem) {
    /** The problem of one that simply is not there. */
    public static final String NOT_INSTALLED = "not installed";

    /** Says for callers why it is not usable. */
    public String text() {
        return problem.equals(NOT_INSTALLED)
                ? "DuckDB's optional extension %s is not installed".formatted(name)
                : "DuckDB's extension %s is not usable on the server".formatted(name);
    }

    /** Says why it is not usable, for those who run the server: it names a path of the host. */
    public String detail() {
        return problem.equals(NOT_INSTALLED)
                ? "DuckDB's optional extension %s is not installed as %s".formatted(name, path)
                : "DuckDB's extension %s is not usable from %s (%s)".formatted(name, path, problem);
    }
}
