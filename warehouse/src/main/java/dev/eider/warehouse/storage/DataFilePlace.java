package dev.eider.warehouse.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the engine writes the data files of one append, and how they get to the table's location.
 *
 * <p>Confined to one thread. Whoever receives it closes it; files that were not stored are gone then.
 */
public interface DataFilePlace extends AutoCloseable {

    /** Returns the directory to write in. */
    Path directory();

    /** Returns under which location a file of the directory belongs to the table. */
    String location(Path file);

    /** Says that the engine is about to append to files of the directory, for long enough to send them meanwhile. */
    void sendWhileWritten();

    /** Makes files of the directory durable under their locations. */
    void store(List<Path> files) throws IOException;

    /** Removes every file of this append, stored or not. */
    void discard();

    @Override
    void close();
}
