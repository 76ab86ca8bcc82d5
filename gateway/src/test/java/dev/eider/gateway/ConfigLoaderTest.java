package dev.eider.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.ExtensionConfig;
import dev.eider.warehouse.read.ReadConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    private static final long GB = 1L << 30;
    private static final Machine MACHINE = new Machine(16 * GB, GB, 3 * GB, 4, 77);

    @Test
    void needsNoSettings() {
        GatewayConfig config = load(Map.of(), Map.of());

        Path home = Path.of("eider-data").toAbsolutePath();
        assertThat(config.flight().host()).isEqualTo("127.0.0.1");
        assertThat(config.flight().port()).isEqualTo(8815);
        assertThat(config.insecure()).isFalse();
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.arrowMemoryBytes()).isEqualTo(2 * GB);
        assertThat(config.warehouse().storage().warehouse())
                .isEqualTo(home.resolve("warehouse").toString());
        assertThat(config.warehouse().catalog().uri()).isEqualTo("jdbc:sqlite:" + home.resolve("catalog.db"));
        assertThat(config.warehouse().engine().memoryLimitBytes()).isEqualTo(7 * GB);
        assertThat(config.warehouse().engine().threads()).isEqualTo(4);
        assertThat(config.warehouse().engine().tempDirectory()).isEqualTo(home.resolve("spill-77"));
        assertThat(config.flight().reads().maxConcurrent()).isEqualTo(16);
        assertThat(config.warehouse().read().engine()).isEqualTo(ReadConfig.Engine.AUTO);
        assertThat(config.warehouse().catalog().password()).isEmpty();
    }

    @Test
    void giveSmallMachinesUsableDefaults() {
        GatewayConfig config = ConfigLoader.load(Map.of(), Map.of(), new Machine(GB, GB / 2, GB / 4, 1, 1));

        assertThat(config.warehouse().engine().memoryLimitBytes()).isEqualTo(GB / 2);
        assertThat(config.arrowMemoryBytes()).isEqualTo(GB / 16 * 3);
        assertThat(config.flight().reads().maxConcurrent()).isEqualTo(8);
    }

    @Test
    void flagsWinOverTheEnvironment() {
        GatewayConfig config = load(
                Map.of("EIDER_SERVER_PORT", "1000", "EIDER_SERVER_DRAIN_TIMEOUT", "5m", "HOME", "/root"),
                Map.of("server.port", "2000"));

        assertThat(config.flight().port()).isEqualTo(2000);
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void keepsTheCatalogBesideTheWarehouse() {
        GatewayConfig path = load(Map.of(), Map.of("warehouse", "/data/lake/"));
        GatewayConfig uri = load(Map.of(), Map.of("warehouse", "file:///data/lake/"));

        assertThat(path.warehouse().catalog().uri()).isEqualTo("jdbc:sqlite:/data/catalog.db");
        assertThat(uri.warehouse().catalog().uri()).isEqualTo("jdbc:sqlite:/data/catalog.db");
        assertThat(uri.warehouse().storage().warehouse()).isEqualTo("file:///data/lake");
    }

    @ParameterizedTest
    @CsvSource({"67108864,67108864", "64MB,67108864", "64MiB,67108864", "65536 KB,67108864", "1GiB,1073741824"})
    void readsSizes(String text, long bytes) {
        GatewayConfig config = load(Map.of(), Map.of("write.buffer-size", text));

        assertThat(config.warehouse().write().bufferBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"250ms,250", "30s,30000", "5m,300000", "1h,3600000", "2 s,2000"})
    void readsDurations(String text, long millis) {
        GatewayConfig config = load(Map.of(), Map.of("write.idle-timeout", text));

        assertThat(config.warehouse().write().idleTimeout()).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void readsLists() {
        GatewayConfig config = load(Map.of("EIDER_STORAGE_ALLOWED_LOCATIONS", "/a, /b"), Map.of());

        assertThat(config.warehouse().storage().allowedLocations()).isEqualTo(List.of("/a", "/b"));
    }

    @ParameterizedTest
    @CsvSource({
        "server.port,65536",
        "server.port,http",
        "server.insecure,yes",
        "server.drain-timeout,30",
        "server.drain-timeout,-1s",
        "server.drain-timeout,99999999999999999999s",
        "read.max-concurrent,0",
        "read.engine,fast",
        "write.target-file-size,128XB",
        "write.target-file-size,99999999999GB",
        "write.target-file-size,1KB",
        "storage.allowed-locations,'/a,,/b'",
        "warehouse,' '"
    })
    void namesABadValueAndItsSource(String key, String value) {
        assertThatThrownBy(() -> load(Map.of(), Map.of(key, value)))
                .isInstanceOfSatisfying(EiderException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                .hasMessageContaining(key)
                .hasMessageContaining("\"" + value + "\"")
                .hasMessageContaining("from the command line")
                .hasMessageContaining("expected");
    }

    @Test
    void namesTheVariableOfABadValue() {
        assertThatThrownBy(() -> load(Map.of("EIDER_SERVER_PORT", "x"), Map.of()))
                .hasMessage(
                        "server.port has the bad value \"x\" (from EIDER_SERVER_PORT): expected a whole number from 0"
                                + " to 65535");
    }

    @Test
    void loadsSignedExtensionsOfTheHomeDirectoryUnlessToldOtherwise() {
        ExtensionConfig standard = load(Map.of(), Map.of()).warehouse().engine().extensions();
        assertThat(standard.directory()).contains(Path.of(System.getProperty("user.home"), ".duckdb", "extensions"));
        assertThat(standard.allowUnsigned()).isFalse();

        GatewayConfig told = load(
                Map.of("EIDER_ENGINE_EXTENSION_DIRECTORY", "/opt/duckdb", "EIDER_READ_ENGINE", "iceberg_scan"),
                Map.of("engine.allow-unsigned-extensions", "true"));
        assertThat(told.warehouse().engine().extensions())
                .isEqualTo(new ExtensionConfig(Optional.of(Path.of("/opt/duckdb")), true));
        assertThat(told.warehouse().read().engine()).isEqualTo(ReadConfig.Engine.ICEBERG_SCAN);
    }

    @Test
    void suggestsWhatWasMeant() {
        assertThatThrownBy(() -> load(Map.of("EIDER_SERVER_PROT", "1"), Map.of()))
                .hasMessage("Unknown environment variable EIDER_SERVER_PROT: did you mean EIDER_SERVER_PORT?");
        assertThatThrownBy(() -> load(Map.of(), Map.of("server.prot", "1")))
                .hasMessage("Unknown setting server.prot (from the command line): did you mean server.port?");
        assertThatThrownBy(() -> load(Map.of(), Map.of("colour", "1"))).hasMessageContaining("docs/configuration.md");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EIDER_URL",
                "EIDER_USER",
                "EIDER_PASSWORD",
                "EIDER_TOKEN",
                "EIDER_TLS",
                "EIDER_TLS_ROOT_CERTIFICATES",
                "EIDER_JAVA_OPTS",
                "EIDER_HOME"
            })
    void ignoresVariablesOfTheClient(String variable) {
        assertThat(load(Map.of(variable, "anything"), Map.of())).isNotNull();
    }

    @Test
    void readsSecretsFromFiles(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "hush\n");

        GatewayConfig config = load(Map.of("EIDER_CATALOG_PASSWORD_FILE", file.toString()), Map.of());

        assertThat(config.warehouse().catalog().password()).contains("hush");
        assertThat(config.toString()).doesNotContain("hush");
    }

    @Test
    void neverShowsASecret() {
        assertThatThrownBy(() -> load(Map.of("EIDER_CATALOG_PASSWORD", "  "), Map.of()))
                .hasMessage("catalog.password has a bad value (from EIDER_CATALOG_PASSWORD): expected some text");
    }

    @Test
    void takesFilesForSecretsOnly() {
        assertThatThrownBy(() -> load(Map.of("EIDER_SERVER_PORT_FILE", "/x"), Map.of()))
                .hasMessageContaining("Unknown environment variable EIDER_SERVER_PORT_FILE");
        assertThatThrownBy(() -> load(Map.of("EIDER_CATALOG_PASSWORD_FILE", "/no/such/file"), Map.of()))
                .hasMessageContaining("EIDER_CATALOG_PASSWORD_FILE names the file \"/no/such/file\"");
        assertThatThrownBy(() -> load(
                        Map.of("EIDER_CATALOG_PASSWORD", "a", "EIDER_CATALOG_PASSWORD_FILE", "/dev/null"), Map.of()))
                .hasMessageContaining("catalog.password is set twice");
    }

    @Test
    void refusesAWarehouseThatIsNoDirectory() {
        assertThatThrownBy(() -> load(Map.of(), Map.of("warehouse", "file://host/share")))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("warehouse has the bad value");
    }

    @Test
    void refusesTicketsThatOutliveWhatTheyNeed() {
        assertThatThrownBy(() -> load(Map.of(), Map.of("read.ticket-lifetime", "1h")))
                .isInstanceOf(EiderException.class)
                .hasMessage("read.ticket-lifetime of 60m must be shorter than upkeep.files-grace of 60m,"
                        + " or a ticket could outlive its files");
        assertThatThrownBy(() -> load(Map.of("EIDER_UPKEEP_FILES_GRACE", "2d"), Map.of("read.ticket-lifetime", "25h")))
                .isInstanceOf(EiderException.class)
                .hasMessage("read.ticket-lifetime of 1500m is longer than signatures last, 1440m");
        assertThat(load(Map.of(), Map.of("read.ticket-lifetime", "59m"))
                        .warehouse()
                        .read()
                        .ticketLifetime())
                .isEqualTo(Duration.ofMinutes(59));
    }

    private static GatewayConfig load(Map<String, String> environment, Map<String, String> flags) {
        return ConfigLoader.load(environment, flags, MACHINE);
    }
}
