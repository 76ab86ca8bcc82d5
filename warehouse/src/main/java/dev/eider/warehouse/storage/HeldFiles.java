package dev.eider.warehouse.storage;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Files of tables that can be read until this is closed.
 *
 * <p>Thread-safe. Whoever receives it closes it, once nothing reads the files any more.
 */
public interface HeldFiles extends AutoCloseable {

    /**
     * Returns where a held file is on this host, nothing for one that is to be read in its bucket; one that was not asked
     * for is refused.
     */
    Optional<Path> path(String location);

    /** Lets go of the files, once. */
    @Override
    void close();
}
