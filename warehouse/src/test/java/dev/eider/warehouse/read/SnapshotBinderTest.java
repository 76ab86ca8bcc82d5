package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableNames;
import dev.eider.warehouse.SnapshotListing;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.write.AppendReceipt;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotBinderTest {
    @TempDir
    Path directory;

    private TestWarehouse test;

    @BeforeEach
    void open() {
        test = new TestWarehouse(directory);
    }

    @AfterEach
    void everyBufferIsFreed() {
        test.close();
    }

    @Test
    void readsWhatWasAppended() {
        append("t", 0, 10);

        assertThat(test.query("SELECT id, name FROM t WHERE id IN (3, 9) ORDER BY id"))
                .containsExactly("3|name 3", "9|null");
        assertThat(test.query("SELECT count(*), sum(id) FROM main.t")).containsExactly("10|45");
        assertThat(test.query("FROM eider.main.T SELECT count(*)")).containsExactly("10");
    }

    @Test
    void joinsSeveralTablesWithAliasesSubqueriesAndCommonTables() {
        append("a", 0, 10);
        append("b", 5, 10);

        assertThat(test.query("WITH c AS (SELECT id FROM a WHERE id > 6) SELECT count(*) FROM c JOIN b USING (id)"))
                .containsExactly("3");
        assertThat(test.query("SELECT x.id FROM main.a x, b AS y WHERE x.id = y.id AND x.id IS NULL"))
                .isEmpty();
        assertThat(test.query("SELECT main.a.id FROM main.a WHERE a.id = (SELECT max(id) - 5 FROM b)"))
                .containsExactly("9");
    }

    @Test
    void givesTheSameRowsAtASnapshotBeforeAndAfterLaterWrites() {
        AppendReceipt first = append("t", 0, 10);
        long snapshot = first.snapshotId().getAsLong();
        String then = "SELECT count(*), sum(id), min(name) FROM t AT (VERSION => %d)".formatted(snapshot);
        List<String> before = test.query(then);

        append("t", 10, 10);

        assertThat(test.query(then)).isEqualTo(before);
        assertThat(test.query("SELECT count(*) FROM t")).containsExactly("20");
        assertThat(test.query("SELECT new.n - old.n FROM (SELECT count(*) AS n FROM t) AS new, "
                        + "(SELECT count(*) AS n FROM t AT (VERSION => %d)) AS old".formatted(snapshot)))
                .containsExactly("10");
    }

    @Test
    void picksTheSnapshotThatWasCurrentAtAnInstant() {
        append("t", 0, 10);
        Instant first = onlySnapshot("t");
        org.awaitility.Awaitility.await().until(() -> Instant.now().isAfter(first.plusMillis(5)));
        append("t", 10, 10);
        Instant second = snapshots("t").get(1).committedAt();

        assertThat(countAsOf(first)).isEqualTo("10");
        assertThat(countAsOf(second.minusMillis(1))).isEqualTo("10");
        assertThat(countAsOf(second)).isEqualTo("20");
        assertThat(test.query("SELECT count(*) FROM t AT (TIMESTAMP => now())")).containsExactly("20");
        assertThat(test.query("SELECT count(*) FROM t AS x AT (TIMESTAMP => now() - INTERVAL 0 SECOND) WHERE x.id < 5"))
                .containsExactly("5");
        assertRefused(
                ErrorCode.VERSION_NOT_FOUND,
                "no snapshot as of",
                "SELECT * FROM t AT (TIMESTAMP => TIMESTAMP '2001-01-01')");
    }

    private String countAsOf(Instant instant) {
        return test.query("SELECT count(*) FROM t AT (TIMESTAMP => TIMESTAMPTZ '%s')".formatted(instant))
                .get(0);
    }

    @Test
    void readsBranchesAndTagsByName() {
        AppendReceipt first = append("t", 0, 10);
        append("t", 10, 10);
        foreign("t")
                .manageSnapshots()
                .createTag("v1", first.snapshotId().getAsLong())
                .commit();

        assertThat(test.query("SELECT count(*) FROM t AT (VERSION => 'v1')")).containsExactly("10");
        assertThat(test.query("SELECT count(*) FROM t AT (VERSION => 'main')")).containsExactly("20");
        assertRefused(ErrorCode.VERSION_NOT_FOUND, "it has", "SELECT * FROM t AT (VERSION => 'v2')");
    }

    @Test
    void namesWhatExistsWhenAVersionDoesNot() {
        AppendReceipt first = append("t", 0, 1);

        assertRefused(
                ErrorCode.VERSION_NOT_FOUND,
                Long.toString(first.snapshotId().getAsLong()),
                "SELECT * FROM t AT (VERSION => 42)");
    }

    @Test
    void pinsOneMomentInATicketThatAnyProcessCanUse() {
        append("t", 0, 10);
        BoundQuery bound = ((SqlStatement.Query) test.warehouse().prepare("SELECT count(*) FROM t")).query();
        String ticket = test.warehouse().ticket(bound);
        append("t", 10, 10);

        assertThat(test.rows(test.warehouse().redeem(ticket))).containsExactly("10");
    }

    @Test
    void gatesTheTextOfATicketLikeAnyOther() {
        BoundQuery forged = new BoundQuery("SELECT * FROM read_csv('/etc/passwd')", List.of(), Instant.now(), Map.of());

        assertThatThrownBy(() -> test.rows(forged))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }

    @Test
    void foretellsTheSchemaOfTheResult() {
        append("t", 0, 10);

        for (String sql : List.of(
                "SELECT * FROM t",
                "SELECT id AS a, id + 1 AS a, name FROM t -- a comment",
                "SELECT sum(id), [1, 2], {'x': 1}, DATE '2001-01-01' FROM t",
                "DESCRIBE t",
                "VALUES (1, 'x')")) {
            BoundQuery bound = ((SqlStatement.Query) test.warehouse().prepare(sql)).query();
            Schema foretold = test.warehouse().schema(bound);
            try (QueryRun run = test.warehouse().run(bound, test.allocator())) {
                Schema actual = run.reader().getVectorSchemaRoot().getSchema();
                assertThat(foretold.getFields()).as(sql).isEqualTo(actual.getFields());
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
        }
        BoundQuery table = test.warehouse().bindTable(TestWarehouse.table("t"));
        assertThat(test.warehouse().schema(table).getFields())
                .extracting(Field::getName)
                .containsExactly("id", "name");
    }

    @Test
    void mapsRenamedAddedAndReorderedColumnsByFieldId() {
        append("t", 0, 10);
        foreign("t")
                .updateSchema()
                .renameColumn("name", "label")
                .addColumn("extra", Types.IntegerType.get())
                .commit();
        foreign("t").updateSchema().moveFirst("label").commit();

        assertThat(test.query("SELECT * FROM t WHERE id = 3")).containsExactly("name 3|3|null");
    }

    @Test
    void readsAnOldSnapshotUnderItsOwnColumns() {
        AppendReceipt first = append("t", 0, 10);
        foreign("t").updateSchema().renameColumn("name", "label").commit();

        assertThat(test.query("SELECT name FROM t AT (VERSION => %d) WHERE id = 3"
                        .formatted(first.snapshotId().getAsLong())))
                .containsExactly("name 3");
        assertThat(test.query("SELECT label FROM t WHERE id = 3")).containsExactly("name 3");
    }

    @Test
    void readsATableThatNeverHadRows() {
        test.execute("CREATE TABLE empty (id BIGINT, s STRUCT(a INTEGER, b VARCHAR[]))");

        assertThat(test.query("SELECT count(*), max(id) FROM empty")).containsExactly("0|null");
    }

    @Test
    void refusesAStructWithoutFieldsByItsName() {
        test.execute("CREATE TABLE t (id BIGINT, s STRUCT(a INTEGER))");
        foreign("t").updateSchema().deleteColumn("s.a").commit();

        assertThatThrownBy(() -> test.query("SELECT id FROM t"))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                .hasMessageContaining("has s, a struct without fields");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n*", "n[1]", "n?", "a b", "ünïcode", "quo'te", "dou\"ble"})
    void readsExactlyTheFilesOfATableWhateverItsName(String name) {
        append("n1", 0, 10);
        append("na", 0, 10);
        append("source", 0, 3);
        try (TableCatalog foreign = test.catalog()) {
            // A foreign engine may put a table where the name says.
            Table source = foreign.loadTable(TestWarehouse.table("source"));
            Table table = foreign.buildTable(TableIdentifier.of(TableNames.DEFAULT_NAMESPACE, name), source.schema())
                    .withLocation(source.location() + "/../" + name)
                    .create();
            java.nio.file.Path data = copyFile(source, table, name);
            table.newAppend()
                    .appendFile(org.apache.iceberg.DataFiles.builder(table.spec())
                            .withPath("file://" + data)
                            .withFormat(org.apache.iceberg.FileFormat.PARQUET)
                            .withFileSizeInBytes(data.toFile().length())
                            .withRecordCount(3)
                            .build())
                    .commit();
        }

        assertThat(test.query("SELECT count(*) FROM \"%s\"".formatted(name.replace("\"", "\"\""))))
                .containsExactly("3");
    }

    private static Path copyFile(Table source, Table table, String name) {
        try (var tasks = source.newScan().planFiles()) {
            Path from = Path.of(tasks.iterator().next().file().location().substring("file://".length()));
            Path to = Path.of(table.location().substring("file://".length()))
                    .normalize()
                    .resolve("data/" + name + ".parquet");
            java.nio.file.Files.createDirectories(to.getParent());
            return java.nio.file.Files.copy(from, to);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM missing",
                "SELECT * FROM other.missing",
                "SELECT * FROM duckdb_settings",
                "SELECT * FROM information_schema.tables",
                "SELECT * FROM pg_catalog.pg_class",
                "SELECT * FROM __eider_0"
            })
    void findsNothingOutsideTheCatalog(String sql) {
        append("t", 0, 1);

        assertRefused(ErrorCode.TABLE_NOT_FOUND, "", sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM '/etc/passwd'",
                "SELECT * FROM 'data.parquet'",
                "SELECT * FROM read_csv('/etc/passwd')",
                "SELECT * FROM read_parquet('/tmp/*.parquet')",
                "SELECT * FROM glob('/**')",
                "SELECT current_setting('temp_directory')",
                "SELECT getenv('HOME')",
                "SELECT * FROM query('SELECT 1')",
                "SELECT * FROM enable_logging(storage = 'file')"
            })
    void reachesNoFileNoSettingAndNoHiddenSql(String sql) {
        assertRefused(ErrorCode.FORBIDDEN, "", sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "COPY t TO '/tmp/x'",
                "ATTACH '/tmp/x.db'",
                "SET threads = 1",
                "PRAGMA database_list",
                "INSTALL httpfs",
                "LOAD httpfs",
                "EXPORT DATABASE '/tmp/x'",
                "CALL pragma_version()",
                "DELETE FROM t",
                "UPDATE t SET id = 1"
            })
    void runsNoOtherKindOfStatement(String sql) {
        append("t", 0, 1);

        assertRefused(ErrorCode.UNSUPPORTED, "", sql);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ";", "SELEC 1", "SELECT 1; SELECT 2", "SELECT * FROM t WHERE nope = 1", "SELECT 'open"})
    void saysWhatIsWrongWithTheText(String sql) {
        append("t", 0, 1);

        assertThatThrownBy(() -> test.query(sql))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SQL))
                .hasMessageNotContaining("__eider");
    }

    @Test
    void refusesTablesThatItWouldReadWrongly() {
        append("t", 0, 1);
        foreign("t").updateSchema().addColumn("NAME", Types.StringType.get()).commit();

        assertRefused(ErrorCode.UNSUPPORTED, "name and NAME", "SELECT * FROM t");
    }

    @Test
    void stopsARunningQueryWhenItIsCancelled() throws Exception {
        BoundQuery endless = ((SqlStatement.Query) test.warehouse()
                        .prepare("SELECT max(hash(a.range, b.range)) FROM range(1000000) a, range(1000000) b"))
                .query();
        try (QueryRun run = test.warehouse().run(endless, test.allocator())) {
            Thread canceller = new Thread(run::cancel);
            canceller.start();

            assertThatThrownBy(() -> {
                        try {
                            run.reader().loadNextBatch();
                        } catch (Exception e) {
                            throw run.failure(e);
                        }
                    })
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
            canceller.join();
        }
    }

    @Test
    void stopsAQueryThatHasAlreadyGivenRowsWhenItIsCancelled() throws Exception {
        BoundQuery sparse = ((SqlStatement.Query) test.warehouse()
                        .prepare("SELECT range FROM range(4000000000) WHERE range < 300000 OR hash(range) = 1"))
                .query();
        try (QueryRun run = test.warehouse().run(sparse, test.allocator())) {
            assertThat(run.reader().loadNextBatch()).isTrue();
            run.cancel();

            assertThatThrownBy(() -> {
                        try {
                            while (run.reader().loadNextBatch()) {}
                        } catch (Exception e) {
                            throw run.failure(e);
                        }
                    })
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
        }
    }

    private void assertRefused(ErrorCode code, String naming, String sql) {
        assertThatThrownBy(() -> test.query(sql))
                .isInstanceOfSatisfying(
                        EiderException.class,
                        e -> assertThat(e.code()).as(e.text()).isEqualTo(code))
                .hasMessageContaining(naming)
                .hasMessageNotContaining(directory.toString());
    }

    private AppendReceipt append(String table, long first, int rows) {
        return test.append(table, TestRows.numbered(test.allocator(), first, rows, 1));
    }

    private List<SnapshotListing> snapshots(String table) {
        return test.warehouse().snapshots(TestWarehouse.table(table));
    }

    private Instant onlySnapshot(String table) {
        return snapshots(table).get(0).committedAt();
    }

    /** Opens a table as another engine would, to change it in ways that Eider does not. */
    private Table foreign(String table) {
        return test.catalog().loadTable(TestWarehouse.table(table));
    }
}
