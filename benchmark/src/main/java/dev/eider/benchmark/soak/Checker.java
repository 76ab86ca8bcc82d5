package dev.eider.benchmark.soak;

import dev.eider.benchmark.StockCatalog;
import dev.eider.benchmark.soak.Journal.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Proves from the clients' logs what tables must hold: reads every row with Iceberg's own reader, without Eider. Only
 * while no append is under way. Confined to one thread.
 */
final class Checker {
    private final StockCatalog catalog;
    private final Path journals;

    Checker(StockCatalog catalog, Path journals) {
        this.catalog = catalog;
        this.journals = journals;
    }

    /** Checks some tables, all that the logs name if none are given. */
    Verdict check(Collection<String> names) {
        try {
            Journals logged = Journals.read(journals);
            Verdict verdict = new Verdict();
            Collection<String> tables = names.isEmpty() ? logged.tables() : names;
            Map<Long, BitSet> found = new HashMap<>();
            for (String name : tables) {
                load(name).ifPresent(table -> read(name, table, logged, found, verdict));
            }
            for (Intent intent : logged.intents().values()) {
                if (tables.contains(intent.table())) {
                    judge(intent, Optional.ofNullable(logged.outcomes().get(intent.number())), found, verdict);
                }
            }
            return verdict;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Table> load(String name) {
        try {
            return Optional.of(catalog.load(name));
        } catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }

    private static void read(String name, Table table, Journals logged, Map<Long, BitSet> found, Verdict verdict) {
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
            for (Record row : rows) {
                long id = (Long) row.getField("id");
                long number = Intent.numberOf(id);
                Intent intent = logged.intents().get(number);
                verdict.countRow(id);
                if (intent == null || !intent.table().equals(name) || id - intent.firstId() >= intent.rows()) {
                    verdict.fault(Verdict.Fault.STRANGER, "row " + id + " of " + name + " was never meant to be there");
                } else if (!isWhole(row, intent, id)) {
                    verdict.fault(Verdict.Fault.GARBLED, "row " + id + " reads " + row);
                } else {
                    mark(found.computeIfAbsent(number, any -> new BitSet()), intent, id, verdict);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isWhole(Record row, Intent intent, long id) {
        return row.getField("intent").equals(intent.number())
                && row.getField("writer").equals(intent.writer())
                && row.getField("note").equals(Intent.note(id));
    }

    private static void mark(BitSet rows, Intent intent, long id, Verdict verdict) {
        int place = Math.toIntExact(id - intent.firstId());
        if (rows.get(place)) {
            verdict.fault(Verdict.Fault.DUPLICATED, "row " + id + " of append " + intent.number() + " is there again");
        }
        rows.set(place);
    }

    private static void judge(Intent intent, Optional<Outcome> outcome, Map<Long, BitSet> found, Verdict verdict) {
        BitSet rows = found.get(intent.number());
        int present = rows == null ? 0 : rows.cardinality();
        Outcome told = outcome.orElse(Outcome.UNKNOWN);
        String append = "append " + intent.number() + " to " + intent.table();
        verdict.countAppend(intent, told, present > 0);
        if (told == Outcome.ACKNOWLEDGED && present < intent.rows()) {
            verdict.fault(
                    Verdict.Fault.LOST,
                    append + " was acknowledged: " + present + " of " + intent.rows() + " rows are there");
        } else if (told == Outcome.REFUSED && present > 0) {
            verdict.fault(Verdict.Fault.UNTRUE, append + " was refused, and " + present + " rows are there");
        } else if (present > 0 && present < intent.rows()) {
            verdict.fault(Verdict.Fault.PARTIAL, append + " is there in part: " + present + " rows");
        }
    }
}
