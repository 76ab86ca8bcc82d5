package dev.eider.catalog;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class UpkeepSqliteTest extends UpkeepContract {
    @TempDir
    Path directory;

    @Override
    int manyCommits() {
        return 1_000;
    }

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.sqlite(directory);
    }
}
