package dev.eider.benchmark.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.benchmark.soak.Journal.Outcome;
import dev.eider.benchmark.soak.RowSource.StoredRow;
import dev.eider.benchmark.soak.Verdict.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckerTest {
    private static final Intent ACKNOWLEDGED = new Intent(1, "t", Intent.MAIN, 3, 0);
    private static final Intent REFUSED = new Intent(2, "t", Intent.MAIN, 2, 0);
    private static final Intent UNKNOWN = new Intent(3, "t", Intent.MAIN, 2, 0);
    private static final Intent OPEN = new Intent(4, "t", Intent.MAIN, 2, 0);

    private static final Intent ON_SIDE = new Intent(5, "t", Intent.SIDE, 2, 1);

    @TempDir
    private Path journals;

    private final List<StoredRow> table = new ArrayList<>();
    private final List<StoredRow> side = new ArrayList<>();

    @BeforeEach
    void logWhatClientsWereTold() {
        try (Journal journal = new Journal(journals, "writer-0")) {
            List.of(ACKNOWLEDGED, REFUSED, UNKNOWN, OPEN).forEach(journal::intended);
            journal.acknowledged(ACKNOWLEDGED, OptionalLong.of(77));
            journal.ended(REFUSED, Outcome.REFUSED);
            journal.ended(UNKNOWN, Outcome.UNKNOWN);
        }
    }

    @Test
    void acceptsAcknowledgedRowsOnce() {
        addAll(ACKNOWLEDGED);

        assertThat(check().isGood()).isTrue();
    }

    @Test
    void acceptsUnknownAppendsThatAreInAndSuchThatAreNot() {
        addAll(ACKNOWLEDGED);
        addAll(OPEN);

        Verdict verdict = check();

        assertThat(verdict.isGood()).isTrue();
        assertThat(verdict.toString()).contains("2 unknown (1 of them are in)", "table rows 5");
    }

    @Test
    void findsALostRow() {
        addAll(ACKNOWLEDGED);
        table.remove(1);

        assertThat(check().count(Fault.LOST)).isEqualTo(1);
    }

    @Test
    void findsAnAppendThatIsThereTwice() {
        addAll(ACKNOWLEDGED);
        addAll(ACKNOWLEDGED);

        assertThat(check().count(Fault.DUPLICATED)).isEqualTo(3);
    }

    @Test
    void findsARefusedAppendThatIsThere() {
        addAll(ACKNOWLEDGED);
        addAll(REFUSED);

        assertThat(check().count(Fault.UNTRUE)).isEqualTo(1);
    }

    @Test
    void findsHalfAnAppend() {
        addAll(ACKNOWLEDGED);
        table.add(row(UNKNOWN, 0));

        assertThat(check().count(Fault.PARTIAL)).isEqualTo(1);
    }

    @Test
    void findsRowsThatNobodyMeantToAppend() {
        addAll(ACKNOWLEDGED);
        addAll(new Intent(9, "t", Intent.MAIN, 1, 0));
        table.add(row(ACKNOWLEDGED, ACKNOWLEDGED.rows()));

        assertThat(check().count(Fault.STRANGER)).isEqualTo(2);
    }

    @Test
    void findsValuesThatWereNotSent() {
        addAll(ACKNOWLEDGED);
        StoredRow sent = table.remove(0);
        table.add(new StoredRow(sent.id(), sent.intent(), sent.writer() + 1, true));

        Verdict verdict = check();

        assertThat(verdict.count(Fault.GARBLED)).isEqualTo(1);
        assertThat(verdict.count(Fault.LOST)).isZero();
    }

    @Test
    void judgesTheSideBranchByItsOwnAppends() {
        try (Journal journal = new Journal(journals, "writer-1")) {
            journal.intended(ON_SIDE);
            journal.acknowledged(ON_SIDE, OptionalLong.of(78));
        }
        addAll(ACKNOWLEDGED);
        assertThat(check().count(Fault.LOST)).isEqualTo(1);

        side.add(row(ACKNOWLEDGED, 0));
        side.add(row(ON_SIDE, 0));
        side.add(row(ON_SIDE, 1));
        assertThat(check().isGood()).isTrue();

        table.add(row(ON_SIDE, 0));
        side.add(row(ON_SIDE, 1));
        Verdict verdict = check();
        assertThat(verdict.count(Fault.STRANGER)).isEqualTo(1);
        assertThat(verdict.count(Fault.DUPLICATED)).isEqualTo(1);
    }

    @Test
    void findsATableThatCannotBeRead() {
        Verdict verdict = new Checker(journals).checkAll((name, branch, rows) -> {
            throw new IllegalStateException("no such file");
        });

        assertThat(verdict.count(Fault.UNREADABLE)).isEqualTo(2);
        assertThat(verdict.count(Fault.LOST)).isZero();
    }

    private void addAll(Intent intent) {
        for (int i = 0; i < intent.rows(); i++) {
            table.add(row(intent, i));
        }
    }

    private static StoredRow row(Intent intent, int place) {
        return new StoredRow(intent.firstId() + place, intent.number(), intent.writer(), true);
    }

    private Verdict check() {
        return new Checker(journals)
                .checkAll((name, branch, rows) -> (branch.equals(Intent.MAIN) ? table : side).forEach(rows));
    }
}
