package dev.eider.warehouse.maintenance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.maintenance.OrphanListing.OrphanFile;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.S3Server;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.TestStorage;
import dev.eider.warehouse.storage.UnfinishedUploads;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.GenericStatisticsFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

@Tag("storage")
class OrphanFilesTest {
    private static final TableIdentifier TABLE = TableIdentifier.of("main", "t");
    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final OrphanRequest LIST = new OrphanRequest(OrphanRequest.SAFE_AGE, false);
    private static final OrphanRequest REMOVE = new OrphanRequest(OrphanRequest.SAFE_AGE, true);

    @TempDir
    Path directory;

    private final List<String> others = new ArrayList<>();
    private final Set<String> retained = new HashSet<>();
    private Optional<Instant> writing = Optional.empty();
    private Instant now = Instant.now().plus(Duration.ofDays(2));
    private Storage storage;
    private DelegateFileIO io;
    private TableCatalog catalog;
    private Table table;
    private int written;

    @BeforeEach
    void open() {
        StorageConfig config = TestStorage.of(directory);
        storage = Storage.open(config, FileSync.FULL);
        io = storage.io();
        catalog = TableCatalog.open(
                new CatalogConfig(
                        "jdbc:sqlite:" + directory.resolve("catalog.db"),
                        CatalogConfig.DEFAULT_NAME,
                        Locations.normalized(config.warehouse())),
                properties -> io);
        table = catalog.buildTable(TABLE, SCHEMA)
                .withProperty("format-version", "2")
                .create();
    }

    @AfterEach
    void close() {
        catalog.close();
        storage.close();
    }

    @Test
    void nothingReferencedIsEverListed() throws Exception {
        Random random = new Random(11);
        Set<String> strays = new TreeSet<>();
        List<DataFile> live = new ArrayList<>();
        for (int step = 0; step < (TestStorage.isS3() ? 12 : 40); step++) {
            change(random.nextInt(8), step, live);
            if (random.nextInt(3) == 0) {
                strays.add(write("data/stray-" + step + ".parquet"));
                strays.add(write("metadata/stray-" + step + ".avro"));
            }
            assertThat(locations(find(LIST))).containsAll(strays).doesNotContainAnyElementsOf(referenced());
        }
        Set<String> before = files();

        OrphanListing removed = find(REMOVE);

        assertThat(removed.removed()).isTrue();
        assertThat(removed.failures()).isEmpty();
        before.removeAll(locations(removed));
        assertThat(files()).isEqualTo(before).containsAll(referenced());
        assertThat(find(LIST).files()).isEmpty();
    }

    @Test
    void filesOfAWriteThatIsStillRunningStay() throws Exception {
        String stray = write("data/of-a-running-write.parquet");
        writing = Optional.of(Instant.now().minusSeconds(10));
        assertThat(find(REMOVE).files()).isEmpty();
        assertThat(files()).contains(stray);

        writing = Optional.of(now);
        assertThat(locations(find(REMOVE))).containsExactly(stray);
    }

    @Test
    void aRetiredManifestListStandsForWhatItLeadsTo() throws Exception {
        DataFile file = dataFile();
        table.newFastAppend().appendFile(file).commit();
        table.refresh();
        String list = table.currentSnapshot().manifestListLocation();
        String manifest =
                table.currentSnapshot().allManifests(table.io()).get(0).path();

        assertThat(RetiredSnapshots.files(list, catalog.load(TABLE)))
                .containsExactlyInAnyOrder(manifest, file.location());
        io.deleteFile(list);
        assertThat(RetiredSnapshots.files(list, catalog.load(TABLE))).isEmpty();
    }

    private void change(int kind, int step, List<DataFile> live) throws IOException {
        table.refresh();
        if (kind <= 2 || live.size() < 2) {
            live.add(dataFile());
            table.newFastAppend().appendFile(live.get(live.size() - 1)).commit();
        } else if (kind == 3) {
            DataFile added = dataFile();
            table.newOverwrite().deleteFile(live.remove(0)).addFile(added).commit();
            live.add(added);
        } else if (kind == 4) {
            table.newRowDelta().addDeletes(deleteFile()).commit();
        } else if (kind == 5) {
            long snapshot = table.currentSnapshot().snapshotId();
            table.updateStatistics()
                    .setStatistics(
                            new GenericStatisticsFile(snapshot, write("metadata/" + step + ".stats"), 10, 5, List.of()))
                    .commit();
        } else if (kind == 6) {
            table.manageSnapshots()
                    .createBranch("b" + step)
                    .createTag("t" + step, current())
                    .commit();
            table.newAppend().appendFile(dataFile()).toBranch("b" + step).commit();
        } else {
            table.expireSnapshots()
                    .expireOlderThan(Instant.now().plusSeconds(60).toEpochMilli())
                    .retainLast(2)
                    .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                    .commit();
        }
    }

    @Test
    void keepsYoungFiles() throws Exception {
        String stray = write("data/stray.parquet");
        now = Instant.now().plus(Duration.ofHours(23));
        assertThat(find(REMOVE).files()).isEmpty();
        now = now.plus(Duration.ofHours(2));

        assertThat(locations(find(LIST))).containsExactly(stray);
        assertThatThrownBy(() -> find(new OrphanRequest(Duration.ofMinutes(59), true)))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("3540 s is too short");
    }

    @Test
    void dryRunChangesNothing() throws Exception {
        write("data/stray.parquet");
        Set<String> before = files();

        OrphanListing listing = find(LIST);

        assertThat(listing.removed()).isFalse();
        assertThat(listing.totalBytes()).isEqualTo(10);
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void keepsWhatTheCatalogRetainsHoweverItIsSpelt() throws Exception {
        String stray = write("data/a stray%20.parquet");
        retained.add(stray.replace("file://", "file:").replace("s3://", "s3a://"));
        assertThat(find(REMOVE).files()).isEmpty();
        retained.clear();
        retained.add(stray.replace("file://", ""));

        assertThat(find(REMOVE).files()).isEmpty();
    }

    @Test
    void neverTouchesAVersionHint() throws Exception {
        write("metadata/version-hint.text");

        assertThat(find(LIST).files()).isEmpty();
    }

    @Test
    void refusesTablesInsideAboveOrAtThePrefix() {
        String home = table.location();
        for (String other : List.of(home, home + "/", home + "/data/inner", home.replaceFirst("/[^/]+$", ""))) {
            others.clear();
            others.add(other);
            assertThatThrownBy(() -> find(REMOVE))
                    .as(other)
                    .isInstanceOf(EiderException.class)
                    .hasMessageContaining("another table");
        }
        others.clear();
        others.addAll(List.of(home + "x", home + "-2/data", "s3://bucket/t", "memory://t"));

        assertThat(find(REMOVE).files()).isEmpty();
    }

    @Test
    void removesNothingWhenAManifestCannotBeRead() throws Exception {
        String stray = write("data/stray.parquet");
        table.newFastAppend().appendFile(dataFile()).commit();
        String manifest = table.currentSnapshot().allManifests(io).get(0).path();
        overwrite(manifest, "not a manifest");

        assertThatThrownBy(() -> find(REMOVE))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining(manifest);
        assertThat(files()).contains(stray);
    }

    @Test
    void seesWhatWasCommittedAfterTheListingBegan() throws Exception {
        DataFile late = dataFile();
        int[] loads = {0};
        OrphanListing listing = orphans(() -> {
                    if (++loads[0] == 2) {
                        table.newFastAppend().appendFile(late).commit();
                    }
                })
                .find(TABLE, REMOVE);

        assertThat(listing.files()).isEmpty();
        assertThat(files()).contains(late.location());
    }

    @Test
    void looksOnlyForTableFilesWhereAPropertyPoints() throws Exception {
        String shared = Locations.normalized(TestStorage.of(directory).warehouse()) + "/shared";
        String notes = shared + "/notes.db";
        overwrite(notes, "0123456789");
        overwrite(shared + "/stray.parquet", "0123456789");
        table.updateProperties().set("write.data.path", shared).commit();

        assertThat(locations(find(REMOVE))).containsExactly(shared + "/stray.parquet");
        assertThat(io.newInputFile(notes).exists()).isTrue();
    }

    @Test
    void listsAndAbortsUploadsThatNobodyFinishes() throws Exception {
        assumeTrue(TestStorage.isS3());
        S3Client client = S3Server.shared().client();
        String bucket = URI.create(table.location()).getHost();
        String prefix = URI.create(table.location()).getPath().substring(1);
        client.createMultipartUpload(request -> request.bucket(bucket).key(prefix + "/data/killed.parquet"));
        client.createMultipartUpload(request -> request.bucket(bucket).key(prefix + "-2/data/other.parquet"));
        String stray = write("data/stray.parquet");

        OrphanListing listing = find(LIST);
        assertThat(listing.files())
                .extracting(OrphanFile::location)
                .containsExactly(table.location() + "/data/killed.parquet", stray);
        assertThat(listing.files().get(0).upload()).isPresent();
        now = Instant.now().plus(Duration.ofHours(2));
        assertThat(find(REMOVE).files()).isEmpty();
        now = Instant.now().plus(Duration.ofDays(2));

        assertThat(find(REMOVE).failures()).isEmpty();

        assertThat(find(LIST).files()).isEmpty();
        assertThat(storage.unfinishedUploads().below("s3://" + bucket))
                .extracting(UnfinishedUploads.Upload::location)
                .containsExactly(table.location() + "-2/data/other.parquet");
    }

    @Test
    void refusesLocationsThatAreNotAllowed() {
        table.updateProperties()
                .set("write.data.path", TestStorage.isS3() ? "s3://elsewhere/data" : directory.toString())
                .commit();

        assertThatThrownBy(() -> find(REMOVE))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("allowed");
    }

    private OrphanListing find(OrphanRequest request) {
        return orphans(() -> {}).find(TABLE, request);
    }

    private OrphanFiles orphans(Runnable beforeLoad) {
        TableOwnership ownership = new TableOwnership() {
            @Override
            public TableState load(TableIdentifier name) {
                beforeLoad.run();
                return catalog.load(name);
            }

            @Override
            public Optional<Instant> writesSince(TableState state) {
                return writing;
            }

            @Override
            public Set<String> retained(TableState state) {
                return retained;
            }

            @Override
            public List<String> otherTableLocations(TableState state) {
                return others;
            }
        };
        return new OrphanFiles(
                ownership, io, storage.unfinishedUploads(), Clock.fixed(now, ZoneOffset.UTC), OrphanFiles.LEAST_AGE);
    }

    private long current() {
        return table.currentSnapshot().snapshotId();
    }

    private DataFile dataFile() throws IOException {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(write("data/" + written++ + ".parquet"))
                .withFileSizeInBytes(10)
                .withRecordCount(1)
                .build();
    }

    private DeleteFile deleteFile() throws IOException {
        return FileMetadata.deleteFileBuilder(PartitionSpec.unpartitioned())
                .ofPositionDeletes()
                .withPath(write("data/" + written++ + "-deletes.parquet"))
                .withFileSizeInBytes(10)
                .withRecordCount(1)
                .build();
    }

    private String write(String name) throws IOException {
        String location = table.location() + "/" + name;
        overwrite(location, "0123456789");
        return location;
    }

    private void overwrite(String location, String text) throws IOException {
        try (PositionOutputStream out = io.newOutputFile(location).createOrOverwrite()) {
            out.write(text.getBytes(UTF_8));
        }
    }

    private Set<String> files() {
        Set<String> files = new HashSet<>();
        io.listPrefix(table.location()).forEach(file -> files.add(file.location()));
        return files;
    }

    private static Set<String> locations(OrphanListing listing) {
        return listing.files().stream().map(OrphanFile::location).collect(Collectors.toSet());
    }

    /** Reads the metadata tables, which find files in another way than the code under test. */
    private Set<String> referenced() throws IOException {
        table.refresh();
        Set<String> files = new HashSet<>();
        var metadata = catalog.load(TABLE).metadata();
        files.add(metadata.metadataFileLocation());
        metadata.previousFiles().forEach(entry -> files.add(entry.file()));
        table.statisticsFiles().forEach(file -> files.add(file.path()));
        for (var snapshot : table.snapshots()) {
            files.add(snapshot.manifestListLocation());
            snapshot.allManifests(io).forEach(manifest -> files.add(manifest.path()));
            try (var tasks = table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
                tasks.forEach(task -> {
                    files.add(task.file().location());
                    task.deletes().forEach(deletes -> files.add(deletes.location()));
                });
            }
        }
        return files;
    }
}
