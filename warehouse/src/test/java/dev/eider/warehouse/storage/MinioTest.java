package dev.eider.warehouse.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.S3Config.Credentials;
import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.MinIOContainer;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The essentials on a server that people run: with {@code -Deider.test.minio=true}, where Docker is there. Another image
 * can be named by {@code eider.test.minio.image}.
 */
@EnabledIfSystemProperty(named = "eider.test.minio", matches = "true")
@Timeout(300)
class MinioTest {
    private static final String IMAGE =
            System.getProperty("eider.test.minio.image", "minio/minio:RELEASE.2025-04-22T22-12-26Z");
    private static final Credentials KEYS = new Credentials("eider-minio", "eider-minio-secret", Optional.empty());
    private static final String BUCKET = "lake";

    private static Optional<MinIOContainer> minio = Optional.empty();

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() {
        assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "there is no Docker");
        minio = Optional.of(
                new MinIOContainer(IMAGE).withUserName(KEYS.accessKeyId()).withPassword(KEYS.secretAccessKey()));
        minio.get().start();
        try (S3Client client = S3Server.client(minio.get().getS3URL(), KEYS)) {
            client.createBucket(request -> request.bucket(BUCKET));
        }
    }

    @AfterAll
    static void stop() {
        minio.ifPresent(MinIOContainer::stop);
    }

    private StorageConfig config(Path host, Credentials keys) {
        return new StorageConfig(
                "s3://" + BUCKET + "/warehouse",
                List.of(),
                S3Server.config(minio.orElseThrow().getS3URL(), keys),
                new CacheConfig(host.resolve("cache"), 1L << 30));
    }

    @Test
    void storesAndReadsTables() {
        try (TestWarehouse test = new TestWarehouse(directory, config(directory, KEYS))) {
            for (int append = 0; append < 3; append++) {
                test.append("t", TestRows.numbered(test.allocator(), append * 1_000L, 500, 2));
            }
            assertThat(test.query("SELECT count(*), sum(id) FROM t")).containsExactly("3000|4498500");
            assertThat(test.files()).hasSizeGreaterThan(9);
        }
        Path host = directory.resolve("another");
        try (TestWarehouse another = new TestWarehouse(directory, config(host, KEYS))) {
            assertThat(another.query("SELECT count(*), sum(id) FROM t")).containsExactly("3000|4498500");
            assertThat(another.execute("DROP TABLE t")).isZero();
        }
    }

    @Test
    void sendsAndFetchesLargeFilesInParts() throws IOException {
        byte[] content = new byte[20_000_000];
        new Random(1).nextBytes(content);
        String location = "s3://" + BUCKET + "/warehouse/large-0.parquet";
        try (Storage storage = Storage.open(config(directory, KEYS), FileSync.FULL);
                DataFilePlace place = storage.place("s3://" + BUCKET + "/warehouse/large")) {
            place.store(List.of(Files.write(place.directory().resolve("large-0.parquet"), content)));
        }

        try (Storage storage = Storage.open(config(directory.resolve("another"), KEYS), FileSync.FULL);
                HeldFiles held = storage.hold(
                        List.of(new StoredFile(location, content.length)), Optional.empty(), () -> false)) {
            assertThat(held.path(location).orElseThrow()).hasBinaryContent(content);
            storage.io().deleteFile(location);
            assertThat(storage.io().newInputFile(location).exists()).isFalse();
        }
    }

    @Test
    void saysWhatIsWrongWithTheKeys() {
        for (Credentials wrong : List.of(
                new Credentials(KEYS.accessKeyId(), "wrong-secret", Optional.empty()),
                new Credentials("nobody", KEYS.secretAccessKey(), Optional.empty()))) {
            assertThatThrownBy(() -> Storage.open(config(directory, wrong), FileSync.FULL)
                            .close())
                    .isInstanceOf(EiderException.class)
                    .hasMessageContainingAll("ListObjectsV2", "s3://" + BUCKET, "storage.s3.")
                    .hasMessageNotContaining("wrong-secret");
        }
    }
}
