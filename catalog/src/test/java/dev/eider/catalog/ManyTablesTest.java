package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory does not grow with the number of tables that were written to. */
class ManyTablesTest {
    private static final int TABLES = Integer.getInteger("eider.test.tables", 200);

    @TempDir
    Path directory;

    @Test
    void metadataIsKeptWithinABudgetAndCommitsGoOnWithoutIt() {
        InMemoryFileIO files = new InMemoryFileIO();
        try (TableCatalog catalog = TestCatalog.open(directory, properties -> files)) {
            for (int i = 0; i < TABLES; i++) {
                TableState staged = catalog.stage(TestCatalog.table("t" + i), TestCatalog.SCHEMA, java.util.Map.of());
                TestCatalog.append(catalog.committer(), staged, TestCatalog.file("first-" + i, 1))
                        .orThrow();
            }
            for (int i = 0; i < TABLES; i += 7) {
                TestCatalog.append(
                                catalog.committer(),
                                catalog.load(TestCatalog.table("t" + i)),
                                TestCatalog.file("second-" + i, 1))
                        .orThrow();
                assertThat(catalog.load(TestCatalog.table("t" + i)).metadata().snapshots())
                        .hasSize(2);
            }
        }
    }

    @Test
    void metadataFilesForgetTheLeastRecentlyUsed() {
        InMemoryFileIO files = new InMemoryFileIO();
        try (TableCatalog catalog = TestCatalog.open(directory, properties -> files)) {
            TableState first = TestCatalog.create(catalog, "t0");
            MetadataFiles kept = new MetadataFiles(files, 10 * MetadataFiles.weight(first.metadata()));
            for (int i = 0; i < 30; i++) {
                TableState table = i == 0 ? first : TestCatalog.create(catalog, "t" + i);
                kept.read(table.metadata().metadataFileLocation());
                kept.read(first.metadata().metadataFileLocation());
            }

            assertThat(kept.size()).isEqualTo(10);
            assertThat(kept.remembered(first.metadata().metadataFileLocation())).isPresent();
            assertThat(kept.remembered(
                            catalog.load(TestCatalog.table("t5")).metadata().metadataFileLocation()))
                    .isEmpty();
        }
    }
}
