package dev.eider.warehouse.storage;

import dev.eider.catalog.SyncsTogether;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Iceberg's files on this host and in buckets, by their locations; nothing outside the allowed ones is touched.
 *
 * <p>Thread-safe. The buckets stay their owner's. Lives in this process only: serializing it is refused.
 */
final class WarehouseFiles implements DelegateFileIO, SyncsTogether {
    private static final long serialVersionUID = 1L;

    private final transient AllowedLocations allowed;
    private final transient LocalFileIO local;
    private final transient Optional<S3Files> buckets;
    private final transient WarehouseMark mark;
    private final transient WaitingObjects waiting = new WaitingObjects();

    WarehouseFiles(AllowedLocations allowed, LocalFileIO local, Optional<S3Files> buckets, WarehouseMark mark) {
        this.allowed = allowed;
        this.local = local;
        this.buckets = buckets;
        this.mark = mark;
    }

    /** Returns who has the files of a location, which is allowed. */
    private DelegateFileIO owner(String location) {
        if (!Locations.isS3(location)) {
            return local;
        }
        allowed.check(location);
        return buckets.orElseThrow(() -> AllowedLocations.outside(location)).io();
    }

    @Override
    public InputFile newInputFile(String location) {
        InputFile file = owner(location).newInputFile(location);
        return Locations.isS3(location)
                ? waiting.find(location).orElseGet(() -> new AwayFile(file, buckets.orElseThrow()))
                : file;
    }

    /** Says that an object is missing in Iceberg's terms, whatever is asked of it. */
    private record AwayFile(InputFile file, S3Files buckets) implements InputFile {
        @Override
        public long getLength() {
            try {
                return file.getLength();
            } catch (S3Exception e) {
                buckets.requireBucket(S3Location.parse(file.location()));
                throw new NotFoundException(e, "File does not exist: %s", file.location());
            }
        }

        @Override
        public SeekableInputStream newStream() {
            return file.newStream();
        }

        @Override
        public String location() {
            return file.location();
        }

        @Override
        public boolean exists() {
            return file.exists();
        }
    }

    @Override
    public InputFile newInputFile(String location, long length) {
        InputFile file = owner(location).newInputFile(location, length);
        return waiting.find(location).orElse(file);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        mark.check(location);
        return owner(location).newOutputFile(location);
    }

    @Override
    public OutputFile newUnsyncedOutputFile(String location) {
        mark.check(location);
        if (!Locations.isS3(location)) {
            return local.newUnsyncedOutputFile(location);
        }
        allowed.check(location);
        return waiting.add(location);
    }

    @Override
    public void sync(Collection<String> locations) {
        local.sync(
                locations.stream().filter(location -> !Locations.isS3(location)).toList());
        waiting.send(locations, this);
    }

    @Override
    public void deleteFile(String location) {
        DelegateFileIO owner = owner(location);
        if (!waiting.remove(location)) {
            owner.deleteFile(location);
        }
    }

    @Override
    public void deleteFiles(Iterable<String> locations) throws BulkDeletionFailureException {
        List<String> here = new ArrayList<>();
        List<String> away = new ArrayList<>();
        for (String location : locations) {
            owner(location);
            if (waiting.remove(location)) {
                continue;
            }
            (Locations.isS3(location) ? away : here).add(location);
        }
        local.deleteFiles(here);
        if (!away.isEmpty()) {
            owner(away.get(0)).deleteFiles(away);
        }
    }

    /** Below a prefix is what follows its slash: of {@code a/b}, no object of {@code a/bc}. */
    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        return owner(prefix).listPrefix(Locations.isS3(prefix) && !prefix.endsWith("/") ? prefix + "/" : prefix);
    }

    @Override
    public void deletePrefix(String prefix) {
        for (FileInfo file : listPrefix(prefix)) {
            deleteFile(file.location());
        }
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        throw new NotSerializableException(WarehouseFiles.class.getName());
    }
}
