package dev.eider.catalog;

import org.apache.iceberg.BaseTable;
import org.apache.iceberg.StaticTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;

/**
 * One table at one moment: what a read is pinned to, and what a write was prepared against. Immutable.
 *
 * @param identifier the table's name as the catalog spells it
 * @param metadata the table's metadata at that moment
 * @param staged whether the table does not exist yet and comes into being with its first commit
 * @param io where its files are
 */
public record TableState(TableIdentifier identifier, TableMetadata metadata, boolean staged, FileIO io) {

    /** Returns Iceberg's view of this moment; changing it is refused, only {@link SnapshotCommitter} changes tables. */
    public Table table() {
        return new BaseTable(new StaticTableOperations(metadata, io), identifier.toString());
    }
}
