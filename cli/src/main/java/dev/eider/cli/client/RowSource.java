package dev.eider.cli.client;

import java.io.IOException;
import org.apache.arrow.vector.ipc.ArrowReader;

/** Rows that can be read again from their start, so that an append of them can be repeated. */
@FunctionalInterface
public interface RowSource {

    /** Opens the rows at their start, the same ones every time; whoever opens them closes the reader. */
    ArrowReader open() throws IOException;
}
