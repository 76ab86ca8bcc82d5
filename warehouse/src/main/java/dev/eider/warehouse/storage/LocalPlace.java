package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Data files that the engine writes where they belong.
 *
 * @param directory of the table, shared with other appends
 * @param name that the names of all files of this append begin with
 */
record LocalPlace(Path directory, String name, DurableFiles durable) implements DataFilePlace {

    @Override
    public String location(Path file) {
        return Locations.ofPath(file);
    }

    @Override
    public void sendWhileWritten() {}

    @Override
    public void store(List<Path> files) throws IOException {
        for (Path file : files) {
            durable.sync(file);
        }
    }

    @Override
    public void discard() {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(file -> file.getFileName().toString().startsWith(name))
                    .toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED, "Cannot remove files of " + Locations.ofPath(directory), e);
        }
    }

    @Override
    public void close() {}
}
