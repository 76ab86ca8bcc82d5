package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Types.StructType;

/**
 * Remembers manifests and manifest lists, decoded, so that a query over a snapshot reads only those that no query before
 * it has read.
 *
 * <p>All tables share one bound in bytes. Thread-safe. The executor stays its owner's; what it runs never waits for
 * anything else that it runs.
 */
public final class ManifestCache {
    private final SharedLoads loads;

    /** Creates an empty cache that loads on an executor and keeps about so many bytes. */
    public ManifestCache(long maxBytes, Executor executor) {
        this.loads = new SharedLoads(maxBytes, executor);
    }

    /** How much it holds: entries, bytes, and how many files it has read so far. */
    public record Usage(int entries, long bytes, long loads) {}

    /** Returns how much it holds at this moment. */
    public Usage usage() {
        SharedLoads.Usage usage = loads.usage();
        return new Usage(usage.entries(), usage.bytes(), usage.loads());
    }

    /** Where manifests are read, and by which specs. */
    record Source(FileIO io, Map<Integer, PartitionSpec> specs) {
        StructType partitionType(ManifestFile manifest) {
            return spec(manifest.partitionSpecId()).partitionType();
        }

        PartitionSpec spec(int id) {
            return Objects.requireNonNull(specs.get(id), "partition spec");
        }
    }

    /** Returns what a snapshot consists of. */
    ManifestList list(Snapshot snapshot, FileIO io) {
        String location = snapshot.manifestListLocation();
        if (location == null) {
            // Format version 1 may list manifests in the table's metadata.
            return ManifestList.of(snapshot.allManifests(io));
        }
        return (ManifestList) await(loads.request(List.of(new SharedLoads.Request(
                        ManifestKey.ofList(location),
                        () -> ManifestList.of(copy(snapshot).allManifests(io)))))
                .get(0));
    }

    /** A snapshot keeps what it has read, beside this cache and for as long as its table's metadata. */
    private static Snapshot copy(Snapshot snapshot) {
        return SnapshotParser.fromJson(SnapshotParser.toJson(snapshot));
    }

    /** Starts to load manifests of data files, in their order. */
    List<CompletableFuture<CachedMetadata>> data(List<ManifestList.Entry> entries, Source source) {
        return request(entries, source, ManifestDecoder::data);
    }

    /** Starts to load manifests of delete files, in their order. */
    List<CompletableFuture<CachedMetadata>> deletes(List<ManifestList.Entry> entries, Source source) {
        return request(entries, source, ManifestDecoder::deletes);
    }

    private interface Decoder {
        CachedMetadata decode(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs);
    }

    private List<CompletableFuture<CachedMetadata>> request(
            List<ManifestList.Entry> entries, Source source, Decoder decoder) {
        List<SharedLoads.Request> requests = new ArrayList<>(entries.size());
        for (ManifestList.Entry entry : entries) {
            requests.add(new SharedLoads.Request(
                    entry.key(), () -> decoder.decode(entry.manifest(), source.io(), source.specs())));
        }
        return loads.request(requests);
    }

    /** Returns a decoded manifest of data files; its partitions have the types that they have now. */
    DataManifest data(ManifestList.Entry entry, Source source, CompletableFuture<CachedMetadata> future) {
        DataManifest manifest = (DataManifest) await(future);
        if (manifest.partitionType().equals(source.partitionType(entry.manifest()))) {
            return manifest;
        }
        loads.drop(entry.key(), manifest);
        return (DataManifest) await(data(List.of(entry), source).get(0));
    }

    /** Returns a decoded manifest of delete files; its partitions have the types that they have now. */
    DeleteManifest deletes(ManifestList.Entry entry, Source source, CompletableFuture<CachedMetadata> future) {
        DeleteManifest manifest = (DeleteManifest) await(future);
        if (manifest.partitionType().equals(source.partitionType(entry.manifest()))) {
            return manifest;
        }
        loads.drop(entry.key(), manifest);
        return (DeleteManifest) await(deletes(List.of(entry), source).get(0));
    }

    private static CachedMetadata await(CompletableFuture<CachedMetadata> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EiderException(ErrorCode.CANCELLED, "Planning was interrupted", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RejectedExecutionException) {
                throw new EiderException(ErrorCode.SHUTTING_DOWN, "The warehouse is being closed", cause);
            }
            if (cause instanceof RuntimeException failure) {
                throw failure;
            }
            throw new EiderException(ErrorCode.INTERNAL, "A manifest cannot be decoded", cause);
        }
    }
}
