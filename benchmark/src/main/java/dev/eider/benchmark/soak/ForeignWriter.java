package dev.eider.benchmark.soak;

import dev.eider.benchmark.StockCatalog;
import dev.eider.benchmark.soak.Journal.Outcome;
import dev.eider.benchmark.soak.Tally.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.parquet.Parquet;

/** A stock Iceberg client that branches the same tables, and appends to them now and then, until the run stops. */
final class ForeignWriter implements Runnable {
    private static final int MOST_MILLIS_BETWEEN = 1_000;

    private final SoakRun run;
    private final int writer;
    private final StockCatalog catalog;
    private final Journal journal;
    private final SplittableRandom random;

    ForeignWriter(SoakRun run, int writer, long seed, StockCatalog catalog, Path journals) {
        this.run = run;
        this.writer = writer;
        this.catalog = catalog;
        this.journal = new Journal(journals, "foreign-" + writer);
        this.random = new SplittableRandom(seed);
    }

    @Override
    public void run() {
        try (journal) {
            while (run.goesOnAfter(random.nextInt(MOST_MILLIS_BETWEEN))) {
                run.append(this::append);
            }
        } catch (RuntimeException e) {
            run.complain("The stock client ends: " + e);
        }
    }

    private void append() {
        Intent intent = run.next(writer, random);
        DataFile file;
        Table table;
        try {
            table = catalog.load(intent.table());
            branch(intent.table(), table);
            file = write(intent, table);
        } catch (NoSuchTableException early) {
            return;
        } catch (IOException | RuntimeException failure) {
            run.tally()
                    .failed("stock client, before the commit: "
                            + failure.getClass().getSimpleName());
            return;
        }
        journal.intended(intent);
        try {
            table.newFastAppend().appendFile(file).commit();
            journal.acknowledged(intent, OptionalLong.empty());
            run.acknowledged(intent);
            run.tally().count(Event.FOREIGN);
        } catch (CommitFailedException refused) {
            journal.ended(intent, Outcome.REFUSED);
            run.tally().count(Event.FOREIGN_REFUSED);
        } catch (RuntimeException unknown) {
            journal.ended(intent, Outcome.UNKNOWN);
            run.tally().failed("stock client: " + unknown.getClass().getSimpleName());
            run.tally().count(Event.UNKNOWN);
        }
    }

    /** Eider does not make branches yet. */
    private void branch(String name, Table table) {
        Snapshot current = table.currentSnapshot();
        if (current == null || run.isBranched(name)) {
            return;
        }
        if (!table.refs().containsKey(Intent.SIDE)) {
            table.manageSnapshots()
                    .createBranch(Intent.SIDE, current.snapshotId())
                    .commit();
        }
        run.branched(name);
    }

    private DataFile write(Intent intent, Table table) throws IOException {
        String file = table.location() + "/data/foreign-" + UUID.randomUUID() + ".parquet";
        try (FileAppender<Record> appender = Parquet.write(catalog.io().newOutputFile(file))
                .schema(table.schema())
                .createWriterFunc(GenericParquetWriter::create)
                .build()) {
            for (int i = 0; i < intent.rows(); i++) {
                appender.add(SoakRows.record(intent, i, table.schema()));
            }
        }
        return catalog.describe(table, file);
    }
}
