package dev.eider.warehouse.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalFileIOTest {
    @TempDir
    Path directory;

    private LocalFileIO io;
    private String warehouse;

    @BeforeEach
    void open() {
        warehouse = Locations.ofPath(directory.resolve("warehouse"));
        io = new LocalFileIO(AllowedLocations.of(new StorageConfig(warehouse, List.of())));
    }

    @Test
    void readsBackWhatItWroteFromAnyPosition() throws Exception {
        byte[] content = new byte[200_000];
        new Random(7).nextBytes(content);
        String location = warehouse + "/t/metadata/a file.bin";
        try (PositionOutputStream out = io.newOutputFile(location).create()) {
            out.write(content[0]);
            out.write(content, 1, content.length - 1);
            assertThat(out.getPos()).isEqualTo(content.length);
        }

        try (SeekableInputStream in = io.newInputFile(location).newStream()) {
            for (int position : new int[] {150_000, 0, 65_535, 65_536, 199_999, 10}) {
                in.seek(position);
                assertThat(in.read()).isEqualTo(content[position] & 0xFF);
                assertThat(in.getPos()).isEqualTo(position + 1);
            }
            in.seek(0);
            assertThat(in.readAllBytes()).isEqualTo(content);
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(io.newInputFile(location).getLength()).isEqualTo(content.length);
    }

    @Test
    void neverOverwritesAFileThatItWasToCreate() throws Exception {
        String location = write("t/a.json");

        assertThatThrownBy(() -> io.newOutputFile(location).create()).isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void saysThatAFileIsMissingInIcebergsTerms() {
        String missing = warehouse + "/missing.json";

        assertThat(io.newInputFile(missing).exists()).isFalse();
        assertThatThrownBy(() -> io.newInputFile(missing).newStream()).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> io.newInputFile(missing).getLength()).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> io.deleteFile(missing)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void listsAndDeletesByPrefix() throws Exception {
        String first = write("t/a.json");
        String second = write("t/deep/b.json");

        assertThat(io.listPrefix(warehouse + "/t"))
                .extracting(FileInfo::location)
                .containsExactlyInAnyOrder(first, second);

        io.deletePrefix(warehouse + "/t");
        assertThat(io.listPrefix(warehouse + "/t")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "file:///etc/passwd", "file:/etc/passwd", "../secret", "file:///"})
    void touchesNothingOutsideTheAllowedLocations(String location) {
        assertForbidden(location);
    }

    @Test
    void seesThroughDotsLinksAndSiblingNames() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "x");
        Path root = directory.resolve("warehouse");
        Files.createSymbolicLink(root.resolve("link"), secret);
        Files.createSymbolicLink(root.resolve("up"), directory);
        Files.createSymbolicLink(root.resolve("dangling"), directory.resolve("nothing"));
        Files.createDirectories(directory.resolve("warehouse-other"));

        assertForbidden(warehouse + "/../secret");
        assertForbidden(warehouse + "/link");
        assertForbidden(warehouse + "/dangling");
        assertForbidden(warehouse + "/up/secret");
        assertForbidden(warehouse + "/up/not-there-yet/secret");
        assertForbidden(warehouse + "-other/file");
    }

    @Test
    void worksUnderAWarehouseThatIsItselfALink() throws Exception {
        Path real = Files.createDirectories(directory.resolve("real"));
        Path link = Files.createSymbolicLink(directory.resolve("linked"), real);
        LocalFileIO linked = new LocalFileIO(AllowedLocations.of(new StorageConfig(link.toString(), List.of())));

        try (PositionOutputStream out =
                linked.newOutputFile(Locations.ofPath(link) + "/a/b").create()) {
            out.write('x');
        }
        assertThat(real.resolve("a/b")).exists();
    }

    @Test
    void readsFurtherLocationsThatAreAllowed() throws Exception {
        Path other = Files.createDirectories(directory.resolve("other"));
        Files.writeString(other.resolve("f"), "x");
        LocalFileIO both =
                new LocalFileIO(AllowedLocations.of(new StorageConfig(warehouse, List.of(other.toString()))));

        assertThat(both.newInputFile(Locations.ofPath(other) + "/f").getLength())
                .isEqualTo(1);
    }

    @Test
    void refusesOtherSchemes() {
        assertThatThrownBy(() -> io.newInputFile("s3://bucket/key"))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                .hasMessageContaining("s3://bucket/key");
    }

    @Test
    void writesLocationsAsUnencodedAbsoluteUris() {
        assertThat(Locations.normalized("/data/my warehouse/")).isEqualTo("file:///data/my warehouse");
        assertThat(Locations.normalized("file:///data/a%20b")).isEqualTo("file:///data/a%20b");
        assertThat(Locations.normalized("file:/data")).isEqualTo("file:///data");
        assertThat(Locations.normalized("relative")).startsWith("file:///").endsWith("/relative");
    }

    @Test
    void namesAWarehouseThatCannotBeMade() {
        assertThatThrownBy(() -> AllowedLocations.of(new StorageConfig("/dev/null/warehouse", List.of())))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_FAILED))
                .hasMessageContaining("/dev/null/warehouse");
    }

    private void assertForbidden(String location) {
        assertThatThrownBy(() -> io.newInputFile(location))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
        assertThatThrownBy(() -> io.newOutputFile(location))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }

    private String write(String name) throws IOException {
        String location = warehouse + "/" + name;
        try (PositionOutputStream out = io.newOutputFile(location).create()) {
            out.write("{}".getBytes(StandardCharsets.UTF_8));
        }
        return location;
    }
}
