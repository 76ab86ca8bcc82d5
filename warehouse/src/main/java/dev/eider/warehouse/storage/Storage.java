package dev.eider.warehouse.storage;

import dev.eider.catalog.DaemonThreads;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import org.apache.arrow.util.AutoCloseables;
import org.apache.iceberg.io.DelegateFileIO;

/**
 * Where a warehouse keeps its files: directories of this host, buckets, or both.
 *
 * <p>Thread-safe. Whoever opens it closes it, after everything that reads or writes files.
 */
public final class Storage implements AutoCloseable {
    private static final int UPLOADS = 4;
    private static final Duration ROOM_TIMEOUT = Duration.ofSeconds(30);

    private final AllowedLocations allowed;
    private final DurableFiles durable;
    private final DelegateFileIO io;
    private final Optional<Buckets> buckets;
    private final WarehouseMark mark;

    private Storage(
            WarehouseMark mark,
            AllowedLocations allowed,
            DurableFiles durable,
            DelegateFileIO io,
            Optional<Buckets> buckets) {
        this.mark = mark;
        this.allowed = allowed;
        this.durable = durable;
        this.io = io;
        this.buckets = buckets;
    }

    /** What files in buckets take. */
    private record Buckets(
            S3Files files,
            CacheDirectory directory,
            DataFileCache cache,
            BucketReads reads,
            Optional<BucketAccess> access,
            Staging staging,
            ExecutorService uploads)
            implements AutoCloseable {

        static Buckets open(StorageConfig config, AllowedLocations allowed) {
            CacheDirectory directory = CacheDirectory.open(config.cache().directory());
            try {
                S3Files files = S3Files.open(config.s3(), directory.spool());
                try {
                    return open(config, allowed, directory, files);
                } catch (RuntimeException e) {
                    files.close();
                    throw e;
                }
            } catch (RuntimeException e) {
                directory.close();
                throw e;
            }
        }

        private static Buckets open(
                StorageConfig config, AllowedLocations allowed, CacheDirectory directory, S3Files files) {
            if (Locations.isS3(config.warehouse())) {
                files.requireReachable(S3Location.prefix(config.warehouse()));
            }
            Downloads downloads = new Downloads(
                    new WarehouseFiles(allowed, new LocalFileIO(allowed), Optional.of(files), WarehouseMark.none()));
            // Nobody would read what is kept.
            long kept = config.cache().reads() == StorageConfig.Reads.DIRECT
                    ? 0
                    : config.cache().bytes();
            DataFileCache cache = new DataFileCache(directory, kept, downloads, ROOM_TIMEOUT);
            return new Buckets(
                    files,
                    directory,
                    cache,
                    new BucketReads(config.cache(), cache),
                    access(config, allowed, files),
                    new Staging(directory.spool(), config.s3().partBytes()),
                    DaemonThreads.pool("eider-upload", UPLOADS));
        }

        /** Nobody is told of buckets that he is not to read, or cannot: their keys stay here. */
        private static Optional<BucketAccess> access(StorageConfig config, AllowedLocations allowed, S3Files files) {
            StorageConfig.Reads reads = config.cache().reads();
            boolean ownKey = config.s3().encryption().type().equals("custom");
            if (ownKey && reads == StorageConfig.Reads.DIRECT) {
                throw new EiderException(
                        ErrorCode.INVALID_CONFIGURATION,
                        "storage.s3.reads is direct, but files under storage.s3.sse-type=custom can only be read by way of"
                                + " this host: auto does that");
            }
            if (ownKey || reads == StorageConfig.Reads.CACHED) {
                return Optional.empty();
            }
            List<String> prefixes =
                    allowed.prefixes().stream().map(S3Location::toString).toList();
            return Optional.of(files.access(config.s3(), prefixes));
        }

        @Override
        public void close() {
            try {
                AutoCloseables.close(uploads::shutdown, reads, cache, files);
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new EiderException(ErrorCode.INTERNAL, "The storage does not close cleanly", e);
            }
        }
    }

    /**
     * Opens the storage of a configuration: creates a local warehouse directory, and fails unless a bucket can be reached.
     *
     * @param sync how files of this host are made durable
     */
    public static Storage open(StorageConfig config, FileSync sync) {
        AllowedLocations allowed = AllowedLocations.of(config);
        Optional<Buckets> buckets =
                allowed.prefixes().isEmpty() ? Optional.empty() : Optional.of(Buckets.open(config, allowed));
        LocalFileIO local = new LocalFileIO(allowed, sync);
        Optional<S3Files> away = buckets.map(Buckets::files);
        WarehouseMark mark = new WarehouseMark(
                Locations.normalized(config.warehouse()),
                new WarehouseFiles(allowed, local, away, WarehouseMark.none()));
        return new Storage(
                mark, allowed, new DurableFiles(sync), new WarehouseFiles(allowed, local, away, mark), buckets);
    }

    /** Returns what says to whom the warehouse belongs. */
    public WarehouseMark mark() {
        return mark;
    }

    /** Returns Iceberg's view of all files; what is closed is durable. */
    public DelegateFileIO io() {
        return io;
    }

    /** Returns what may be read, written and deleted. */
    public AllowedLocations allowed() {
        return allowed;
    }

    /** Returns the directories that the engine reads and writes in. */
    public List<Path> directories() {
        List<Path> directories = new ArrayList<>(allowed.roots());
        buckets.ifPresent(away -> directories.add(away.directory().path()));
        return directories;
    }

    /**
     * Returns where the engine writes the data files of one append.
     *
     * @param location that the locations of all its files begin with; whatever follows in them has no slash
     */
    public DataFilePlace place(String location) {
        mark.check(location);
        int slash = location.lastIndexOf('/');
        String name = location.substring(slash + 1);
        if (Locations.isS3(location)) {
            allowed.check(location);
            Buckets away = buckets.orElseThrow();
            try {
                Path directory = Files.createDirectory(away.directory().spool().resolve(name));
                return new SpooledPlace(
                        directory, location.substring(0, slash), io, away.cache(), away.uploads(), away.staging());
            } catch (IOException e) {
                throw new EiderException(
                        ErrorCode.STORAGE_FAILED,
                        "Files for %s cannot be prepared on the server".formatted(location),
                        e);
            }
        }
        Path first = allowed.require(location);
        Path directory = Objects.requireNonNullElse(first.getParent(), first);
        try {
            durable.createDirectories(directory);
        } catch (IOException e) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED, "Cannot create %s".formatted(Locations.ofPath(directory)), e);
        }
        return new LocalPlace(directory, name, durable);
    }

    /**
     * Makes files in buckets readable; waits until all of them are. Others are left out.
     *
     * @param reader who reads them by {@link #bucketAccess}, so that files may stay in their bucket; nobody, if all have to
     *     come here
     * @param cancelled asked now and then: once true, the wait ends with an error
     */
    public HeldFiles hold(Collection<StoredFile> files, Optional<Object> reader, BooleanSupplier cancelled) {
        List<StoredFile> away =
                files.stream().filter(file -> Locations.isS3(file.location())).toList();
        away.forEach(file -> allowed.check(file.location()));
        if (away.isEmpty()) {
            return NONE;
        }
        Buckets from = buckets.orElseThrow();
        return reader.map(direct -> from.reads().hold(away, direct, cancelled))
                .orElseGet(() -> from.cache().hold(away, cancelled));
    }

    private static final HeldFiles NONE = new HeldFiles() {
        @Override
        public Optional<Path> path(String location) {
            throw new IllegalArgumentException("Not held: " + location);
        }

        @Override
        public void close() {}
    };

    /** Returns whether files never come here to be read. */
    public boolean readsOnlyInBuckets() {
        return buckets.map(away -> away.reads().areDirect()).orElse(false);
    }

    /** Returns what an engine needs to read files in their buckets; nothing if there are none, or it is not to. */
    public Optional<BucketAccess> bucketAccess() {
        return buckets.flatMap(Buckets::access);
    }

    /** Returns whether a file is not there; of one in a bucket, which is never unmounted, that is not asked. */
    public boolean isMissing(String location) {
        return !Locations.isS3(location) && !Files.exists(allowed.require(location));
    }

    /** Returns the uploads that nobody may finish any more. */
    public UnfinishedUploads unfinishedUploads() {
        return buckets.<UnfinishedUploads>map(Buckets::files).orElse(UnfinishedUploads.NONE);
    }

    /** Removes the directory of a location, and those in it, as far as they hold no file; a bucket has none. */
    public void removeEmptyDirectories(String location) {
        if (!Locations.isS3(location)) {
            EmptyDirectories.remove(allowed.require(location));
        }
    }

    /** Deletes every file below the location of the warehouse. */
    public void deleteAll() {
        io.deletePrefix(mark.warehouse());
    }

    /** Returns what was asked of buckets since this was opened; nothing without buckets. */
    public Optional<StorageTraffic> traffic() {
        return buckets.map(away -> away.files().traffic());
    }

    /** Returns what the cache of data files did since this was opened; nothing without buckets. */
    public Optional<CacheCounts> cacheCounts() {
        return buckets.map(away -> away.cache().counts());
    }

    @Override
    public void close() {
        buckets.ifPresent(Buckets::close);
    }
}
