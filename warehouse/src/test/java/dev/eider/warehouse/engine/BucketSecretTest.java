package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.TestExtensions;
import dev.eider.warehouse.storage.BucketAccess;
import dev.eider.warehouse.storage.S3Config.Credentials;
import dev.eider.warehouse.storage.S3Server;
import dev.eider.warehouse.storage.Secrets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketSecretTest {
    private static final String BUCKET = "engine-reads";

    @TempDir
    private Path directory;

    private final S3Server server = S3Server.shared();
    private final AtomicReference<Credentials> keys = new AtomicReference<>(S3Server.KEYS);
    private QueryEngine engine;
    private EngineConnection connection;

    @BeforeEach
    void open() {
        EngineConfig limits =
                new EngineConfig(256L << 20, 2, directory.resolve("tmp"), 1L << 30, TestExtensions.assumed());
        BucketAccess access = new BucketAccess(
                List.of("s3://" + BUCKET + "/lake"),
                Optional.of(new BucketAccess.Server(server.endpoint().substring("http://".length()), false)),
                "us-east-1",
                true,
                2,
                keys::get);
        engine = QueryEngine.open(limits, List.of(directory), Optional.of(access));
        engine.refreshKeys();
        connection = engine.connect();
        server.createBucket(BUCKET);
        Path file = directory.resolve("t.parquet");
        connection.execute("COPY (SELECT 42 AS answer) TO '%s' (FORMAT parquet)".formatted(file));
        for (String key : List.of("lake/t.parquet", "lake/u.parquet", "elsewhere/t.parquet", "lake-2/t.parquet")) {
            server.client().putObject(request -> request.bucket(BUCKET).key(key), file);
        }
    }

    @AfterEach
    void close() {
        if (engine != null) {
            connection.close();
            engine.close();
        }
    }

    private List<Integer> read(String location) {
        return connection.query("SELECT answer FROM read_parquet('%s')".formatted(location), row -> row.getInt(1));
    }

    @Test
    void opensPrefixesOfTheWarehouseOnly() {
        assertThat(engine.readsBuckets()).isTrue();
        assertThat(read("s3://" + BUCKET + "/lake/t.parquet")).containsExactly(42);

        for (String location : List.of(
                "s3://" + BUCKET + "/elsewhere/t.parquet",
                "s3://" + BUCKET + "/lake-2/t.parquet",
                "s3://another/lake/t.parquet",
                server.endpoint() + "/" + BUCKET + "/lake/t.parquet",
                "/etc/passwd")) {
            assertThatThrownBy(() -> read(location))
                    .as(location)
                    .isInstanceOfSatisfying(
                            EiderException.class,
                            e -> assertThat(e.code()).as("%s: %s", location, e).isEqualTo(ErrorCode.FORBIDDEN));
        }
    }

    /** No location of a table has such parts; the server refuses what would come of one. */
    @Test
    void leadsToNoParentOfAPrefix() {
        assertThatThrownBy(() -> read("s3://" + BUCKET + "/lake/../elsewhere/t.parquet"))
                .isInstanceOf(EiderException.class);
    }

    @Test
    void staysHidden() {
        List<String> shown =
                connection.query("SELECT duckdb_secrets::VARCHAR FROM duckdb_secrets()", row -> row.getString(1));

        assertThat(shown).hasSize(1).noneMatch(text -> text.contains(S3Server.KEYS.secretAccessKey()));
    }

    @Test
    void isReplacedWhenTheKeysAre() {
        keys.set(new Credentials("eider-test", "of yesterday", Optional.empty()));
        assertThat(read("s3://" + BUCKET + "/lake/t.parquet")).containsExactly(42);

        engine.refreshKeys();
        try (EngineConnection another = engine.connect()) {
            assertThatThrownBy(() -> another.query(
                            "SELECT answer FROM read_parquet('s3://%s/lake/u.parquet')".formatted(BUCKET),
                            row -> row.getInt(1)))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED))
                    .hasMessageContainingAll("GET", "/" + BUCKET + "/lake/u.parquet", "403")
                    .hasMessageNotContaining("of yesterday")
                    .satisfies(Secrets::assertNoneIn);
        }
        keys.set(S3Server.KEYS);
        engine.refreshKeys();
        assertThat(read("s3://" + BUCKET + "/lake/u.parquet")).containsExactly(42);
    }
}
