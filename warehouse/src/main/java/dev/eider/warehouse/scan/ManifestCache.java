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
    /** How many are held at once, so that a table of any size takes no more memory than its plan. */
    private static final int MANIFESTS_AT_ONCE = 256;

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

    /** What is done with each manifest; false ends it. */
    interface Visitor<M extends CachedMetadata> {
        /** Returns whether to go on. */
        boolean visit(ManifestList.Entry entry, M manifest);
    }

    /** Visits manifests of data files in their order; returns whether all were. */
    boolean forEachData(List<ManifestList.Entry> entries, Source source, Visitor<DataManifest> visitor) {
        return forEach(entries, source, ManifestDecoder::data, (entry, loaded) -> {
            DataManifest manifest = (DataManifest) loaded;
            boolean current = manifest.partitionType().equals(source.partitionType(entry.manifest()));
            return visitor.visit(
                    entry, current ? manifest : (DataManifest) again(entry, manifest, source, ManifestDecoder::data));
        });
    }

    /** Visits manifests of delete files in their order; returns whether all were. */
    boolean forEachDeletes(List<ManifestList.Entry> entries, Source source, Visitor<DeleteManifest> visitor) {
        return forEach(entries, source, ManifestDecoder::deletes, (entry, loaded) -> {
            DeleteManifest manifest = (DeleteManifest) loaded;
            boolean current = manifest.partitionType().equals(source.partitionType(entry.manifest()));
            return visitor.visit(
                    entry,
                    current ? manifest : (DeleteManifest) again(entry, manifest, source, ManifestDecoder::deletes));
        });
    }

    private boolean forEach(
            List<ManifestList.Entry> entries, Source source, Decoder decoder, Visitor<CachedMetadata> visitor) {
        for (int from = 0; from < entries.size(); from += MANIFESTS_AT_ONCE) {
            List<ManifestList.Entry> some = entries.subList(from, Math.min(entries.size(), from + MANIFESTS_AT_ONCE));
            List<CompletableFuture<CachedMetadata>> futures = request(some, source, decoder);
            for (int i = 0; i < some.size(); i++) {
                if (!visitor.visit(some.get(i), await(futures.get(i)))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The types of partition values follow those of the columns, and were others when this was decoded. */
    private CachedMetadata again(ManifestList.Entry entry, CachedMetadata stale, Source source, Decoder decoder) {
        loads.drop(entry.key(), stale);
        return await(request(List.of(entry), source, decoder).get(0));
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
