package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A small file at the root of a warehouse that names the catalog whose tables lie there, and the check of it before files
 * are written below: a directory whose disk is not mounted, or that another catalog has taken over, has no such file, or
 * another one.
 *
 * <p>Other engines do not see it: no table refers to it, and its name begins with a dot. Thread-safe.
 */
public final class WarehouseMark {
    /** The name of the file. */
    public static final String NAME = ".eider-catalog";

    /** A bucket cannot be unmounted: it is enough to notice some time after it was taken over. */
    private static final Duration RECHECK_BUCKET = Duration.ofMinutes(1);

    private static final int MAX_BYTES = 4096;

    private final String warehouse;
    private final @Nullable DelegateFileIO files;
    private volatile @Nullable Expected expected;

    /** What the mark is to say, and when it last did. */
    private record Expected(String catalog, @Nullable Seen seen, long checkedNanos) {}

    /** The state of the file of a local mark that was read. */
    private record Seen(@Nullable Object key, FileTime modified) {}

    /**
     * Describes the mark of a warehouse, which is not checked before {@link #require} says what it has to be.
     *
     * @param warehouse its location, normalized
     * @param files its files, for the mark itself
     */
    WarehouseMark(String warehouse, @Nullable DelegateFileIO files) {
        this.warehouse = warehouse;
        this.files = files;
    }

    /** Returns one that is never checked. */
    static WarehouseMark none() {
        return new WarehouseMark("", null);
    }

    /** Returns the normalized location of the warehouse. */
    public String warehouse() {
        return warehouse;
    }

    private String location() {
        return warehouse.endsWith("/") ? warehouse + NAME : warehouse + "/" + NAME;
    }

    private DelegateFileIO files() {
        if (files == null) {
            throw new IllegalStateException("This warehouse has no mark");
        }
        return files;
    }

    /** Returns the identity of the catalog that the warehouse belongs to, as far as it says. */
    public Optional<String> read() {
        try (SeekableInputStream in = files().newInputFile(location()).newStream()) {
            return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).strip());
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED, "The mark of the warehouse cannot be read: " + e.getMessage(), e);
        }
    }

    /** Marks the warehouse as a catalog's own. */
    public void write(String catalog) {
        try (OutputStream out = files().newOutputFile(location()).createOrOverwrite()) {
            out.write((catalog + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "The warehouse cannot be marked: " + e.getMessage(), e);
        }
    }

    /**
     * Has every later write below the warehouse refused unless it is marked as this catalog's own at that time, as the
     * caller has found it to be.
     */
    public void require(String catalog) {
        expected = new Expected(catalog, null, System.nanoTime());
    }

    /** Refuses to write to a location below the warehouse of another catalog, or one without its mark. */
    void check(String location) {
        Expected wanted = expected;
        if (wanted == null || !isBelow(location)) {
            return;
        }
        if (Locations.isS3(warehouse)) {
            long now = System.nanoTime();
            if (now - wanted.checkedNanos() >= RECHECK_BUCKET.toNanos()) {
                requireSame(wanted);
                expected = new Expected(wanted.catalog(), null, now);
            }
            return;
        }
        Optional<Seen> seen = seen();
        if (seen.isEmpty() || !seen.get().equals(wanted.seen())) {
            requireSame(wanted);
            expected = new Expected(wanted.catalog(), seen.orElse(null), wanted.checkedNanos());
        }
    }

    private boolean isBelow(String location) {
        String root = warehouse.endsWith("/") ? warehouse : warehouse + "/";
        return location.startsWith(root)
                || (Locations.isS3(location) == Locations.isS3(warehouse)
                        && Locations.canonical(location).startsWith(root));
    }

    private Optional<Seen> seen() {
        Path path = Locations.path(location());
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return Optional.of(new Seen(attributes.fileKey(), attributes.lastModifiedTime()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "The mark of the warehouse cannot be read", e);
        }
    }

    private void requireSame(Expected wanted) {
        Optional<String> found = read();
        if (found.isEmpty()) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED,
                    "The warehouse has lost its mark, the file %s: nothing is written there. Is its disk mounted?"
                            .formatted(NAME));
        }
        if (!found.get().equals(wanted.catalog())) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED,
                    "The warehouse carries the mark of another catalog in the file %s: nothing is written there"
                            .formatted(NAME));
        }
    }
}
