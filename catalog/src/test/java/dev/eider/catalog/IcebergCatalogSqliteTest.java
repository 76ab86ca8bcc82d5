package dev.eider.catalog;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class IcebergCatalogSqliteTest extends IcebergCatalogContract {
    @TempDir
    Path directory;

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.sqlite(directory);
    }
}
