package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.Journal.Outcome;
import dev.eider.benchmark.soak.RowSource.StoredRow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        return check(List.of(table), logged(), source);
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
        for (String table : tables) {
            for (String branch : List.of(Intent.MAIN, Intent.SIDE)) {
                check(table, branch, logged, source, verdict);
            }
        }
        return verdict;
    }

    private static void check(String table, String branch, Journals logged, RowSource source, Verdict verdict) {
        Map<Long, BitSet> found = new HashMap<>();
        try {
            source.read(table, branch, row -> compare(table, branch, row, logged.intents(), found, verdict));
        } catch (RuntimeException e) {
            verdict.fault(Verdict.Fault.UNREADABLE, "branch " + branch + " of " + table + " cannot be read: " + e);
            return;
        }
        for (Intent intent : logged.intents().values()) {
            if (intent.table().equals(table) && intent.branch().equals(branch)) {
                judge(intent, Optional.ofNullable(logged.outcomes().get(intent.number())), found, verdict);
            }
        }
    }

    /** The side branch begins with rows of the main one. */
    private static boolean belongs(Intent intent, String table, String branch) {
        return intent.table().equals(table)
                && (intent.isOnMain() || intent.branch().equals(branch));
    }

    private static void compare(
            String table,
            String branch,
            StoredRow row,
            Map<Long, Intent> intents,
            Map<Long, BitSet> found,
            Verdict verdict) {
        Intent intent = intents.get(Intent.numberOf(row.id()));
        verdict.countRow(row.id());
        if (intent == null || !belongs(intent, table, branch) || row.id() - intent.firstId() >= intent.rows()) {
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
