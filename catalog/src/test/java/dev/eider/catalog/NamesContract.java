package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of every script mean the same table to every gateway, whatever the database takes for a capital letter. */
abstract class NamesContract {
    private TestDatabase database;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void makeDatabase() throws Exception {
        database = newDatabase();
    }

    @ParameterizedTest
    @ValueSource(strings = {"École", "Straße", "İstanbul", "ΣΊΣΥΦΟΣ", "Ördek", "ЁЖ", "Plain", "\u01C5", "\u212A"})
    void tableOfAnyNameIsFoundAppendedToByAllAndDropped(String text) throws Exception {
        TableIdentifier name = TableIdentifier.of(Namespace.of(text), text);
        try (TableCatalog one = database.open();
                TableCatalog two = database.open()) {
            TableState staged = one.stage(name, TestCatalog.SCHEMA, Map.of());
            TestDatabase.append(one, staged, "one").orThrow();
            TestDatabase.append(two, two.load(name), "two").orThrow();
            TestDatabase.append(one, staged, "three").orThrow();

            assertThat(one.list()).extracting(ListedTable::identifier).containsExactly(name);
            assertThat(TableAudit.of(database, name).isWhole().files())
                    .containsExactlyInAnyOrder("one", "two", "three");
            assertThat(two.committer().drop(name)).isTrue();
            assertThat(one.find(name)).isEmpty();
        }
    }

    @Test
    void lettersBeyondAsciiAreNotFoldedAndThoseOfAsciiAre() {
        List<String> texts =
                List.of("École", "école", "straße", "STRASSE", "İ", "i", "ı", "Σ", "σ", "ς", "K", "\u212A");
        try (TableCatalog catalog = database.open()) {
            for (String text : texts) {
                catalog.committer()
                        .create(catalog.stage(TestCatalog.table(text), TestCatalog.SCHEMA, Map.of()))
                        .orThrow();
            }

            for (String text : texts) {
                assertThat(catalog.load(TestCatalog.table(text)).identifier().name())
                        .isEqualTo(text);
            }
            assertThat(catalog.load(TestCatalog.table("ÉCOLE")).identifier().name())
                    .isEqualTo("École");
            assertThat(catalog.load(TestCatalog.table("I")).identifier().name()).isEqualTo("i");
            assertThat(catalog.find(TestCatalog.table("STRASSEN"))).isEmpty();
            assertThat(catalog.load(TableIdentifier.of("MAIN", "strasse"))
                            .identifier()
                            .toString())
                    .isEqualTo("main.STRASSE");
        }
    }

    @Test
    void spellingThatIsExactWinsAndOthersAreAmbiguous() {
        try (TableCatalog ours = database.open();
                JdbcCatalog stock = database.stock()) {
            stock.createTable(TestCatalog.table("Tête"), TestCatalog.SCHEMA);
            stock.createTable(TestCatalog.table("tête"), TestCatalog.SCHEMA);

            assertThat(ours.load(TestCatalog.table("Tête")).identifier().name()).isEqualTo("Tête");
            assertThat(ours.load(TestCatalog.table("tête")).identifier().name()).isEqualTo("tête");
            assertThatExceptionOfType(EiderException.class)
                    .isThrownBy(() -> ours.load(TestCatalog.table("TêTE")))
                    .withMessageContaining("ambiguous")
                    .withMessageContaining("main.Tête")
                    .withMessageContaining("main.tête");
        }
    }

    @Test
    void thousandsOfNamesAreLookedUpTogether() throws Exception {
        try (TableCatalog catalog = database.open()) {
            TableState table = TestCatalog.create(catalog, "T0");
            copyPointer(table, 10_000);
            List<TableIdentifier> exact = IntStream.range(0, 3_000)
                    .mapToObj(i -> TestCatalog.table("T" + i))
                    .toList();
            List<TableIdentifier> other = IntStream.range(0, 3_000)
                    .mapToObj(i -> TestCatalog.table("t" + i))
                    .toList();

            assertThat(catalog.load(exact)).hasSize(3_000);
            assertThat(catalog.load(other)).hasSize(3_000).containsKey(TestCatalog.table("t2999"));
            assertThat(catalog.find(TestCatalog.table("T9999"))).isPresent();
            assertThat(catalog.find(TestCatalog.table("t9999"))).isPresent();
            assertThat(catalog.find(TestCatalog.table("t10000"))).isEmpty();
        }
    }

    private void copyPointer(TableState table, int count) throws Exception {
        try (Connection connection = DriverManager.getConnection(database.uri());
                PreparedStatement insert = connection.prepareStatement("INSERT INTO iceberg_tables (catalog_name,"
                        + " table_namespace, table_name, metadata_location, iceberg_type) VALUES ('eider', 'main', ?, ?,"
                        + " 'TABLE')")) {
            connection.setAutoCommit(false);
            for (int i = 1; i < count; i++) {
                insert.setString(1, "T" + i);
                insert.setString(2, table.metadata().metadataFileLocation());
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }
    }
}
