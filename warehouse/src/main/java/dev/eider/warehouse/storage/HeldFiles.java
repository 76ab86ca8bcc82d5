package dev.eider.warehouse.storage;

import java.nio.file.Path;

/**
 * Files of tables that are readable by path on this host until this is closed.
 *
 * <p>Thread-safe. Whoever receives it closes it, once nothing reads the files any more.
 */
public interface HeldFiles extends AutoCloseable {

    /** Returns where a held file can be read; one that was not asked for is refused. */
    Path path(String location);

    @Override
    void close();
}
