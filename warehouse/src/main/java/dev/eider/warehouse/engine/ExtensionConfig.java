package dev.eider.warehouse.engine;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where extensions of DuckDB come from. Immutable.
 *
 * @param directory what DuckDB calls its extension directory: files lie below it by version and platform; nothing for an
 *     engine that shall have none
 * @param allowUnsigned whether to run an extension that DuckDB's makers have not signed
 */
public record ExtensionConfig(Optional<Path> directory, boolean allowUnsigned) {
    /** Whatever this host has, nothing is loaded. */
    public static final ExtensionConfig NONE = new ExtensionConfig(Optional.empty(), false);
}
