package dev.eider.catalog;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class WriteLeasesSqliteTest extends WriteLeasesContract {
    @TempDir
    Path directory;

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.sqlite(directory);
    }
}
