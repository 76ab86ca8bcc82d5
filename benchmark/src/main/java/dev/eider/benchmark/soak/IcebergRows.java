package dev.eider.benchmark.soak;

import dev.eider.benchmark.StockCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;

/** Reads with Iceberg's own catalog and reader, without Eider. */
record IcebergRows(StockCatalog catalog) implements RowSource {

    @Override
    public void read(String name, String branch, Consumer<StoredRow> receiver) {
        Table table;
        try {
            table = catalog.load(name);
        } catch (NoSuchTableException missing) {
            return;
        }
        SnapshotRef head = table.refs().get(branch);
        if (head == null) {
            return;
        }
        try (CloseableIterable<Record> rows =
                IcebergGenerics.read(table).useSnapshot(head.snapshotId()).build()) {
            for (Record row : rows) {
                long id = (Long) row.getField("id");
                receiver.accept(new StoredRow(
                        id,
                        (Long) row.getField("intent"),
                        (Integer) row.getField("writer"),
                        Intent.note(id).equals(row.getField("note"))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
