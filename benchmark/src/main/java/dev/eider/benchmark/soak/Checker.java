package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.Journal.Outcome;
import dev.eider.benchmark.soak.RowSource.StoredRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Proves from the clients' logs what tables must hold, row by row. Only while no append is under way. Confined to one
 * thread.
 */
final class Checker {
    private final Path journals;

    Checker(Path journals) {
        this.journals = journals;
    }

    /** Checks all tables that the logs name. */
    Verdict checkAll(RowSource source) {
        Journals logged = logged();
        return check(logged.tables(), logged, source);
    }

    /** Checks one table. */
    Verdict check(String table, RowSource source) {
        return check(java.util.List.of(table), logged(), source);
    }

    private Journals logged() {
        try {
            return Journals.read(journals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Verdict check(Collection<String> tables, Journals logged, RowSource source) {
        Verdict verdict = new Verdict();
        Map<Long, BitSet> found = new HashMap<>();
        Set<String> read = new HashSet<>();
        for (String table : tables) {
            try {
                source.read(table, row -> compare(table, row, logged.intents(), found, verdict));
                read.add(table);
            } catch (RuntimeException e) {
                verdict.fault(Verdict.Fault.UNREADABLE, "table " + table + " cannot be read: " + e);
            }
        }
        for (Intent intent : logged.intents().values()) {
            if (read.contains(intent.table())) {
                judge(intent, Optional.ofNullable(logged.outcomes().get(intent.number())), found, verdict);
            }
        }
        return verdict;
    }

    private static void compare(
            String table, StoredRow row, Map<Long, Intent> intents, Map<Long, BitSet> found, Verdict verdict) {
        Intent intent = intents.get(Intent.numberOf(row.id()));
        verdict.countRow(row.id());
        if (intent == null || !intent.table().equals(table) || row.id() - intent.firstId() >= intent.rows()) {
            verdict.fault(Verdict.Fault.STRANGER, "row " + row.id() + " of " + table + " was never meant to be there");
            return;
        }
        if (!row.isWhole(intent)) {
            verdict.fault(Verdict.Fault.GARBLED, "row " + row.id() + " of " + table + " reads " + row);
        }
        BitSet rows = found.computeIfAbsent(intent.number(), any -> new BitSet());
        int place = Math.toIntExact(row.id() - intent.firstId());
        if (rows.get(place)) {
            verdict.fault(Verdict.Fault.DUPLICATED, "row " + row.id() + " of " + table + " is there again");
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
