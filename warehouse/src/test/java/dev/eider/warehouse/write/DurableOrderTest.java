package dev.eider.warehouse.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that a commit makes reachable is synced, with its directories, before the pointer is swapped. */
class DurableOrderTest {
    @TempDir
    Path directory;

    /** What was synced, in order, and which metadata was current at that moment. */
    private static final class Recorder implements FileSync {
        private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
        private volatile @org.jspecify.annotations.Nullable TableCatalog watcher;

        record Event(Path path, boolean isDirectory, Optional<String> current) {}

        @Override
        public void file(Path file) throws IOException {
            FileSync.FULL.file(file);
            record(file, false);
        }

        @Override
        public void directory(Path entries) throws IOException {
            FileSync.FULL.directory(entries);
            record(entries, true);
        }

        private void record(Path path, boolean isDirectory) {
            TableCatalog catalog = watcher;
            Optional<String> current = catalog == null
                    ? Optional.empty()
                    : catalog.find(TestWarehouse.table("t"))
                            .map(state -> state.metadata().metadataFileLocation());
            events.add(new Event(path, isDirectory, current));
        }
    }

    private static WriteConfig writes(Recorder recorder, long coalesceBytes) {
        WriteConfig base = TestWarehouse.writes();
        return new WriteConfig(
                true,
                8,
                64,
                base.queueTimeout(),
                base.idleTimeout(),
                base.targetFileBytes(),
                base.rowGroupRows(),
                coalesceBytes,
                Duration.ofDays(7),
                recorder,
                base.bufferBytes());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 8 << 20})
    void comesBeforeTheSwap(long coalesceBytes) {
        Recorder recorder = new Recorder();
        try (TestWarehouse test = new TestWarehouse(directory, writes(recorder, coalesceBytes));
                TableCatalog watcher = test.catalog()) {
            recorder.watcher = watcher;
            for (int append = 0; append < 3; append++) {
                Set<Path> before = files(watcher.find(TestWarehouse.table("t")));
                recorder.events.clear();

                test.append("t", TestRows.numbered(test.allocator(), append * 10L, 10, 1));

                TableState after = watcher.load(TestWarehouse.table("t"));
                Set<Path> added = files(Optional.of(after));
                added.removeAll(before);
                assertThat(added).hasSizeGreaterThanOrEqualTo(4);
                added.forEach(
                        file -> assertSynced(recorder, file, after.metadata().metadataFileLocation()));
            }
        }
    }

    private static void assertSynced(Recorder recorder, Path file, String swappedTo) {
        int synced = index(recorder, file, false, 0);
        assertThat(synced).as("%s is synced", file).isGreaterThanOrEqualTo(0);
        int entry = index(recorder, file.getParent(), true, synced);
        assertThat(entry).as("the directory of %s is synced", file).isGreaterThanOrEqualTo(0);
        assertThat(recorder.events.get(synced).current()).isNotEqualTo(Optional.of(swappedTo));
        assertThat(recorder.events.get(entry).current()).isNotEqualTo(Optional.of(swappedTo));
    }

    private static int index(Recorder recorder, Path path, boolean isDirectory, int from) {
        for (int i = from; i < recorder.events.size(); i++) {
            Recorder.Event event = recorder.events.get(i);
            if (event.path().equals(path) && event.isDirectory() == isDirectory) {
                return i;
            }
        }
        return -1;
    }

    /** Returns every file that the current snapshot needs. */
    private static Set<Path> files(Optional<TableState> state) {
        Set<Path> files = new HashSet<>();
        state.ifPresent(table -> {
            Snapshot current = table.metadata().currentSnapshot();
            files.add(Locations.path(table.metadata().metadataFileLocation()));
            files.add(Locations.path(current.manifestListLocation()));
            for (ManifestFile manifest : current.allManifests(table.io())) {
                files.add(Locations.path(manifest.path()));
            }
            try (CloseableIterable<FileScanTask> tasks = table.table().newScan().planFiles()) {
                tasks.forEach(task -> files.add(Locations.path(task.file().location())));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        return files;
    }
}
