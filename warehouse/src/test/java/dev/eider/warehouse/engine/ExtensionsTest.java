package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.TestExtensions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionsTest {
    @TempDir
    private Path directory;

    @Test
    void anEngineStartsWithoutExtensionsAndSaysWhereItLooked() {
        try (QueryEngine engine = engine(directory, false)) {
            assertThat(engine.extensions()).extracting(ExtensionStatus::name).containsExactly("avro", "iceberg");
            assertThat(engine.extensions()).allSatisfy(extension -> {
                assertThat(extension.usable()).isFalse();
                assertThat(extension.problem()).isEqualTo("not installed");
                assertThat(extension.path())
                        .startsWith(directory.toString())
                        .endsWith("/" + extension.name() + ".duckdb_extension");
            });
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void anEngineWithoutADirectoryLoadsNone() {
        try (QueryEngine engine = QueryEngine.open(limits(ExtensionConfig.NONE), List.of(directory))) {
            assertThat(engine.extensions()).isEmpty();
        }
    }

    @Test
    void aFileThatIsNoExtensionIsAStatusAndNotAnError() throws IOException {
        writeNonsense(directory);

        try (QueryEngine engine = engine(directory, true)) {
            assertThat(engine.extensions()).noneMatch(ExtensionStatus::usable);
            assertThat(engine.extensions().get(0).problem()).contains("avro").doesNotContain("\n");
        }
    }

    @Test
    void callersCannotLoadWhatLiesThere() throws IOException {
        writeNonsense(directory);

        try (QueryEngine engine = engine(directory, true);
                EngineConnection connection = engine.connect()) {
            for (String sql :
                    List.of("LOAD avro", "FORCE INSTALL httpfs", "INSTALL spatial", "SET extension_directory = '/'")) {
                assertThatThrownBy(() -> connection.execute(sql)).isInstanceOf(EiderException.class);
            }
        }
    }

    @Test
    void statusTellsOfBuiltInAndMissingOnes() {
        List<ExtensionStatus> statuses = ExtensionInstaller.status(config(directory, false));

        assertThat(statuses)
                .extracting(ExtensionStatus::name, ExtensionStatus::usable)
                .containsExactly(
                        tuple("avro", false),
                        tuple("httpfs", false),
                        tuple("iceberg", false),
                        tuple("icu", true),
                        tuple("json", true),
                        tuple("parquet", true));
    }

    @Test
    void whatCannotBeFetchedIsAnErrorThatNamesIt(@TempDir Path emptyRepository) {
        assertThatThrownBy(() ->
                        ExtensionInstaller.install(config(directory, false), Optional.of(emptyRepository.toString())))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED))
                .hasMessageContaining("avro cannot be fetched")
                .hasMessageContaining(directory.toString())
                .hasMessageNotContaining("\n");
    }

    @Test
    void nonsenseIsNotInstalled(@TempDir Path repository) throws IOException {
        writeNonsense(repository);

        assertThatThrownBy(
                        () -> ExtensionInstaller.install(config(directory, true), Optional.of(repository.toString())))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("avro");
    }

    @Test
    void installsFromADirectoryAndLoads() {
        ExtensionConfig present = TestExtensions.assumed();
        ExtensionConfig target = config(directory, present.allowUnsigned());

        List<ExtensionStatus> installed =
                ExtensionInstaller.install(target, present.directory().map(Path::toString));

        assertThat(installed).allMatch(ExtensionStatus::usable);
        try (QueryEngine engine = QueryEngine.open(limits(target), List.of(directory))) {
            assertThat(engine.extensions()).hasSize(2).allMatch(ExtensionStatus::usable);
        }
    }

    @Test
    void unsignedOnesNeedToBeAllowed() {
        ExtensionConfig present = TestExtensions.assumed();
        List<ExtensionStatus> signedOnly = ExtensionInstaller.status(new ExtensionConfig(present.directory(), false));

        // Official files are signed, those of one's own build are not.
        assertThat(signedOnly.get(0).problem()).matches("|.*signature.*");
    }

    private static void writeNonsense(Path directory) throws IOException {
        for (ExtensionStatus extension : ExtensionInstaller.status(config(directory, false))) {
            if (!extension.usable()) {
                Path file = Path.of(extension.path());
                Files.createDirectories(file.getParent());
                Files.writeString(file, "no extension");
            }
        }
    }

    private static QueryEngine engine(Path directory, boolean allowUnsigned) {
        return QueryEngine.open(limits(config(directory, allowUnsigned)), List.of(directory));
    }

    private static EngineConfig limits(ExtensionConfig extensions) {
        return new EngineConfig(
                128L << 20,
                1,
                Path.of(System.getProperty("java.io.tmpdir"), "eider-extensions-test"),
                1L << 30,
                extensions);
    }

    private static ExtensionConfig config(Path directory, boolean allowUnsigned) {
        return new ExtensionConfig(Optional.of(directory), allowUnsigned);
    }
}
