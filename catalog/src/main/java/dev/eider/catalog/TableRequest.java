package dev.eider.catalog;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/** What one caller wants to have changed about one table. Requests for one table are granted in the order they come. */
sealed interface TableRequest {

    /** Returns the table's name. */
    TableIdentifier name();

    /**
     * Adds files, all or none.
     *
     * @param target the table that the files were written for
     * @param branch the branch that they are for
     * @param files durable data files
     * @param keys idempotency keys of the appends whose rows are in the files
     * @param lease protects the files; none if they were written just now
     */
    record Append(
            TableState target,
            String branch,
            List<DataFile> files,
            List<IdempotencyKey> keys,
            Optional<WriteLeases.Lease> lease)
            implements TableRequest {
        public Append {
            files = List.copyOf(files);
            keys = List.copyOf(keys);
        }

        @Override
        public TableIdentifier name() {
            return target.identifier();
        }
    }

    /** Creates a table that does not exist. */
    record Create(TableState staged) implements TableRequest {
        @Override
        public TableIdentifier name() {
            return staged.identifier();
        }
    }

    /**
     * Changes a table by Iceberg's own operations.
     *
     * @param target the table as the caller knew it; only that very table is changed, whatever its schema is by now
     * @param edit runs on the table as it is when its turn comes, perhaps several times
     */
    record Edit(TableState target, Consumer<Table> edit) implements TableRequest {
        @Override
        public TableIdentifier name() {
            return target.identifier();
        }
    }

    /** Removes a table from the catalog. */
    record Drop(TableIdentifier name) implements TableRequest {}
}
