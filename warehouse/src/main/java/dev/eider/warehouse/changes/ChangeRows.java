package dev.eider.warehouse.changes;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.scan.ScanFile;
import java.util.List;
import org.apache.iceberg.Schema;

/** Writes the live rows of files as SQL. Implementations are thread-safe. */
public interface ChangeRows {
    /** The column that holds a row's file, as the manifest spells it. */
    String FILE = "_file";

    /**
     * Returns a query over the live rows of files, with the columns of a schema in their order.
     *
     * @param connection where it is to run, and until whose end it can
     */
    String of(EngineConnection connection, TableState state, Schema schema, List<ScanFile> files);

    /** Like the other, with {@link #FILE} as the last column. */
    String withFiles(EngineConnection connection, TableState state, Schema schema, List<ScanFile> files);
}
