package dev.eider.catalog;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class EveryCallSqliteTest extends EveryCallContract {
    @TempDir
    Path directory;

    @Override
    TestDatabase newDatabase() {
        return TestDatabase.sqlite(directory);
    }
}
