package dev.eider.benchmark.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A disk of its own for a run, a file system in a file, that can be filled to the last byte. Mounting needs root on
 * Linux. Confined to one thread; unmounted when it is closed, and when the program ends.
 */
final class SmallDisk implements AutoCloseable {
    private static final String SIZE = "4G";

    private final Path directory;
    private final Path ballast;

    private SmallDisk(Path directory) {
        this.directory = directory;
        this.ballast = directory.resolve("ballast");
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** Makes and mounts a disk below {@code parent}; nothing where that is not possible. */
    static Optional<SmallDisk> mount(Path parent) throws IOException {
        Path image = parent.resolve("disk.img");
        Path directory = Files.createDirectory(parent.resolve("disk"));
        boolean mounted = runs("truncate", "-s", SIZE, image.toString())
                && runs("mkfs.ext4", "-q", "-m", "0", image.toString())
                && runs("mount", "-o", "loop", image.toString(), directory.toString());
        return mounted ? Optional.of(new SmallDisk(directory)) : Optional.empty();
    }

    Path directory() {
        return directory;
    }

    /** Takes all the space that is left. */
    void fill() throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        runs("fallocate", "-l", Long.toString(free), ballast.toString());
    }

    /** Gives the space back. */
    void free() throws IOException {
        Files.deleteIfExists(ballast);
    }

    private static boolean runs(String... command) {
        try {
            Process process = new ProcessBuilder(List.of(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Unmounts; does nothing the second time. */
    @Override
    public void close() {
        if (runs("mountpoint", "-q", directory.toString())) {
            runs("umount", "-l", directory.toString());
        }
    }
}
