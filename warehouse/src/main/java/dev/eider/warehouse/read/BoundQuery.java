package dev.eider.warehouse.read;

import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A query whose every table is pinned to one snapshot, so that it gives the same rows whenever it runs.
 *
 * <p>Immutable; turns into ticket text and back ({@link #toTicket()}).
 *
 * @param sql the caller's text, or the text that stands for reading one table
 * @param tables what the text refers to, in the order of appearance
 * @param schema the Arrow schema of the result
 */
public record BoundQuery(String sql, List<Pin> tables, Schema schema) {

    /**
     * One table reference, pinned.
     *
     * @param table the table's name as the catalog spells it
     * @param snapshotId the snapshot to read, -1 for a table without one
     */
    public record Pin(TableIdentifier table, long snapshotId) {}

    /** Copies the list, so that nobody changes it later. */
    public BoundQuery {
        tables = List.copyOf(tables);
    }

    /** Returns a JSON object that {@code SnapshotBinder.fromTicket} understands, in any process over the same catalog. */
    public String toTicket() {
        throw new UnsupportedOperationException();
    }
}
