package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.Journal.Outcome;
import dev.eider.benchmark.soak.Tally.Event;
import dev.eider.cli.client.Receipt;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Appends small batches through a gateway, across its kills, until the run stops.
 *
 * <p>With keys, an append is repeated with its key, through any gateway, until it is acknowledged. Without, what a dead gateway left open is
 * settled by reading the table, what a living one refuses stays refused, and what neither tells stays unknown.
 */
final class FlightWriter implements Runnable {
    private static final int ATTEMPTS = 600;
    private static final long PAUSE_MILLIS = 200;
    private static final int REPEATED_ONE_IN = 20;
    private static final String UNKNOWN = "OUTCOME_UNKNOWN";

    /** Answers that no repetition changes. */
    private static final Set<String> FINAL = Set.of(
            "INVALID_REQUEST",
            "INVALID_SQL",
            "INVALID_DATA",
            "SCHEMA_MISMATCH",
            "ALREADY_EXISTS",
            "UNSUPPORTED",
            "FORBIDDEN",
            "UNAUTHENTICATED",
            "TOO_LARGE");

    private final SoakRun run;
    private final int writer;
    private final boolean keys;
    private final List<GatewayLine> lines;
    private final Journal journal;
    private final SplittableRandom random;

    /** Makes a writer whose first gateway is the first of {@code slots}; the others serve its repetitions. */
    FlightWriter(
            SoakRun run,
            int writer,
            SoakOptions options,
            List<GatewaySlot> slots,
            Path journals,
            BufferAllocator allocator) {
        this.run = run;
        this.writer = writer;
        this.keys = options.keys();
        this.lines =
                slots.stream().map(slot -> new GatewayLine(slot, allocator)).toList();
        this.journal = new Journal(journals, "writer-" + writer);
        this.random = new SplittableRandom(options.seed() * 1_000 + writer);
    }

    @Override
    public void run() {
        try (journal) {
            while (run.goesOnAfter(random.nextInt(20))) {
                run.append(() -> deliver(run.nextOfAnyBranch(writer, random)));
            }
        } catch (RuntimeException e) {
            run.complain("Writer " + writer + " ends: " + e);
        } finally {
            lines.forEach(GatewayLine::close);
        }
    }

    private void deliver(Intent intent) {
        journal.intended(intent);
        run.tally().count(Event.APPEND);
        GatewayLine line = lines.get(0);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                Receipt receipt = line.append(intent, keys);
                acknowledged(intent, receipt);
                if (keys && random.nextInt(REPEATED_ONE_IN) == 0) {
                    repeat(intent, receipt);
                }
                return;
            } catch (FlightRuntimeException e) {
                Optional<String> code = GatewayLine.code(e);
                run.tally().failed(code.orElse(e.status().code() + " by the connection"));
                if (keys ? isFinal(intent, code, e) : isSettled(intent, line, code)) {
                    return;
                }
                if (keys) {
                    line = anyLine();
                }
            }
            run.tally().count(Event.RETRY);
            run.goesOnAfter(PAUSE_MILLIS);
        }
        run.complain("Append " + intent.number() + " was not acknowledged in " + ATTEMPTS + " attempts");
        end(intent, Outcome.UNKNOWN);
    }

    private GatewayLine anyLine() {
        return lines.get(random.nextInt(lines.size()));
    }

    /** What is in already, sent again, gets the same answer from every gateway. */
    private void repeat(Intent intent, Receipt first) {
        try {
            Receipt again = anyLine().append(intent, true);
            run.tally().count(Event.DUPLICATE);
            if (!again.duplicate()
                    || !Objects.equals(again.snapshotId(), first.snapshotId())
                    || again.rows() != first.rows()) {
                run.complain("Append " + intent.number() + " got " + first + ", and sent again " + again);
            }
        } catch (FlightRuntimeException e) {
            run.tally().failed(GatewayLine.code(e).orElse(e.status().code() + " by the connection"));
        }
    }

    private void acknowledged(Intent intent, Receipt receipt) {
        Long snapshot = receipt.snapshotId();
        if (snapshot == null || receipt.rows() != intent.rows()) {
            run.complain("Append " + intent.number() + " of " + intent.rows() + " rows got the receipt " + receipt);
            end(intent, Outcome.UNKNOWN);
            return;
        }
        journal.acknowledged(intent, OptionalLong.of(snapshot));
        run.tally().count(Event.ACKNOWLEDGED);
        if (receipt.duplicate()) {
            run.tally().count(Event.DUPLICATE);
        }
        run.acknowledged(intent);
        run.landed(intent, snapshot);
    }

    private boolean isFinal(Intent intent, Optional<String> code, FlightRuntimeException failure) {
        if (code.isEmpty() || !FINAL.contains(code.get())) {
            return false;
        }
        run.complain("Append " + intent.number() + " with its key was answered " + code.get() + ": "
                + failure.getMessage() + (code.get().equals("UNSUPPORTED") ? " (try --no-keys)" : ""));
        end(intent, Outcome.REFUSED);
        return true;
    }

    /** Without a key nothing is repeated that may be in. */
    private boolean isSettled(Intent intent, GatewayLine line, Optional<String> code) {
        if (code.isPresent()) {
            end(intent, code.get().equals(UNKNOWN) ? Outcome.UNKNOWN : Outcome.REFUSED);
            return true;
        }
        if (!isDead(line.connectedTo().process())) {
            end(intent, Outcome.UNKNOWN);
            return true;
        }
        Optional<Boolean> found = look(intent, line);
        if (found.isEmpty()) {
            end(intent, Outcome.UNKNOWN);
            return true;
        }
        if (found.get()) {
            journal.acknowledged(intent, OptionalLong.empty());
            run.tally().count(Event.SEEN);
            run.acknowledged(intent);
        }
        return found.get();
    }

    /** A process that was killed changes nothing any more; one that lives may still be at it. */
    private static boolean isDead(@Nullable Process process) {
        try {
            if (process != null) {
                process.onExit().get(2, TimeUnit.SECONDS);
            }
            return true;
        } catch (TimeoutException alive) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Looks into the table, once the gateway lives again; nothing if that takes too long. */
    private Optional<Boolean> look(Intent intent, GatewayLine line) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                String sql = "SELECT count(*) FROM " + GatewayRows.relation(intent.table(), intent.branch())
                        + " WHERE intent = " + intent.number();
                return Optional.of(line.numbers(sql).get(0)[0] > 0);
            } catch (FlightRuntimeException e) {
                if (GatewayRows.isMissing(e)) {
                    return Optional.of(false);
                }
            }
            run.goesOnAfter(PAUSE_MILLIS);
        }
        return Optional.empty();
    }

    private void end(Intent intent, Outcome outcome) {
        journal.ended(intent, outcome);
        run.tally().count(outcome == Outcome.REFUSED ? Event.REFUSED : Event.UNKNOWN);
    }
}
