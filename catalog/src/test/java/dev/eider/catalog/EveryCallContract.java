package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.CommitOutcome.Rejected;
import dev.eider.catalog.FailingCalls.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Single calls to the database that a change makes fail, each in each way: what the caller is told is true,
 * what is current is readable, and what was refused left no file.
 */
abstract class EveryCallContract {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_CALLS = 1_000;

    /** Which calls fail: every one by {@code -Deider.test.every-call=1}, one in so many otherwise, from a random one on. */
    private static final int STEP = Integer.getInteger("eider.test.every-call", 4);

    private TestDatabase database;
    private TableCatalog healthy;
    private FailingCalls calls;
    private TableCatalog faulty;
    private int tables;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = newDatabase();
        healthy = database.open();
        calls = FailingCalls.script("calls-" + UUID.randomUUID());
        faulty = database.open(calls.uri(database.uri()), PATIENCE);
    }

    @AfterEach
    void close() {
        faulty.close();
        calls.close();
        healthy.close();
    }

    /** What a caller is told of a change. */
    private enum Told {
        DONE,
        REFUSED,
        UNKNOWN
    }

    /** A change of a table or view of its own. */
    enum Operation {
        APPEND {
            @Override
            Told run(TableCatalog catalog, TableIdentifier name) {
                TableState table = catalog.load(name);
                return told(TestDatabase.append(catalog, table, "doubtful"));
            }

            @Override
            boolean isDone(TableCatalog catalog, TableIdentifier name) {
                return TableAudit.planned(catalog.load(name).table()).contains("doubtful");
            }
        },
        CREATE {
            @Override
            void prepare(TableCatalog catalog, TableIdentifier name) {}

            @Override
            Told run(TableCatalog catalog, TableIdentifier name) {
                return told(catalog.committer().create(catalog.stage(name, TestCatalog.SCHEMA, Map.of())));
            }

            @Override
            boolean isDone(TableCatalog catalog, TableIdentifier name) {
                return catalog.find(name).isPresent();
            }
        },
        EDIT {
            @Override
            Told run(TableCatalog catalog, TableIdentifier name) {
                return told(catalog.committer().edit(catalog.load(name), table -> table.updateProperties()
                        .set("edited", "yes")
                        .commit()));
            }

            @Override
            boolean isDone(TableCatalog catalog, TableIdentifier name) {
                return catalog.load(name).metadata().properties().containsKey("edited");
            }
        },
        DROP {
            @Override
            Told run(TableCatalog catalog, TableIdentifier name) {
                return told(() -> assertThat(catalog.committer().drop(name)).isTrue());
            }

            @Override
            boolean isDone(TableCatalog catalog, TableIdentifier name) {
                return catalog.find(name).isEmpty();
            }
        },
        STOCK_APPEND {
            @Override
            Told run(TableCatalog catalog, TableIdentifier name) {
                return told(() -> catalog.loadTable(name)
                        .newFastAppend()
                        .appendFile(TestCatalog.file("doubtful", 1))
                        .commit());
            }

            @Override
            boolean isDone(TableCatalog catalog, TableIdentifier name) {
                return APPEND.isDone(catalog, name);
            }
        },
        VIEW {
            @Override
            void prepare(TableCatalog catalog, TableIdentifier name) {}

            @Override
            Told run(TableCatalog catalog, TableIdentifier name) {
                return told(() -> catalog.buildView(name)
                        .withSchema(TestCatalog.SCHEMA)
                        .withDefaultNamespace(name.namespace())
                        .withQuery("duckdb", "SELECT 1")
                        .create());
            }

            @Override
            boolean isDone(TableCatalog catalog, TableIdentifier name) {
                return catalog.viewExists(name);
            }
        };

        void prepare(TableCatalog catalog, TableIdentifier name) {
            TableState table = TestCatalog.create(catalog, name.name());
            TestDatabase.append(catalog, table, "first").orThrow();
        }

        abstract Told run(TableCatalog catalog, TableIdentifier name);

        abstract boolean isDone(TableCatalog catalog, TableIdentifier name);
    }

    private static Told told(CommitOutcome outcome) {
        if (outcome instanceof Committed) {
            return Told.DONE;
        }
        return outcome instanceof Rejected ? Told.REFUSED : Told.UNKNOWN;
    }

    private static Told told(Runnable change) {
        try {
            change.run();
            return Told.DONE;
        } catch (EiderException e) {
            return e.code() == ErrorCode.OUTCOME_UNKNOWN ? Told.UNKNOWN : Told.REFUSED;
        } catch (CommitStateUnknownException e) {
            return Told.UNKNOWN;
        } catch (CommitFailedException | AlreadyExistsException | UncheckedSQLException e) {
            return Told.REFUSED;
        }
    }

    static List<Arguments> changes() {
        List<Arguments> changes = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            for (Kind kind : Kind.values()) {
                changes.add(Arguments.of(operation, kind));
            }
        }
        return changes;
    }

    @ParameterizedTest
    @MethodSource("changes")
    void tellsTheTruthAndKeepsWhatIsCurrent(Operation operation, Kind kind) {
        int cells = 0;
        int number = ThreadLocalRandom.current().nextInt(1, STEP + 1);
        for (; number <= MAX_CALLS; number += STEP) {
            if (!cell(operation, kind, number)) {
                break;
            }
            cells++;
        }

        assertThat(number).as("a change without a fault is seen to work").isLessThan(MAX_CALLS);
        assertThat(cells).isGreaterThan(30 / STEP);
    }

    /** Returns whether there was such a call. */
    private boolean cell(Operation operation, Kind kind, int number) {
        TableIdentifier name = TestCatalog.table("t" + ++tables);
        operation.prepare(healthy, name);
        calls.arm(number, kind);
        Supplier<String> what = () -> operation + " " + kind + " at call " + number + ", " + calls.failed();

        Told told;
        try {
            told = operation.run(faulty, name);
        } catch (EiderException | CommitFailedException early) {
            told = Told.REFUSED; // loading the table failed
        }
        calls.disarm();

        boolean done = operation.isDone(healthy, name);
        if (told != Told.UNKNOWN) {
            assertThat(done).as(what).isEqualTo(told == Told.DONE);
        }
        healthy.find(name).ifPresent(table -> requireWhole(what, table));
        if (calls.failed() == null) {
            assertThat(told).as(what).isEqualTo(Told.DONE);
        }
        return calls.failed() != null;
    }

    private void requireWhole(Supplier<String> what, TableState table) {
        assertThat(database.files().existing())
                .as(what)
                .contains(table.metadata().metadataFileLocation());
        for (Snapshot snapshot : table.metadata().snapshots()) {
            for (ManifestFile manifest : snapshot.allManifests(table.io())) {
                assertThat(database.files().existing()).as(what).contains(manifest.path());
            }
        }
        TestDatabase.append(healthy, healthy.load(table.identifier()), "next").orThrow();
        assertThat(TableAudit.planned(healthy.load(table.identifier()).table()))
                .as(what)
                .contains("next")
                .doesNotHaveDuplicates();
    }
}
