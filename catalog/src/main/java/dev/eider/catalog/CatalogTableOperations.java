package dev.eider.catalog;

import dev.eider.catalog.PointerChange.Kind;
import dev.eider.catalog.Pointers.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/**
 * What Iceberg's own API changes a table of this catalog through: one attempt per commit, with the same guarantees as
 * every other. Confined to one thread at a time, as Iceberg asks of table operations.
 */
final class CatalogTableOperations implements TableOperations {
    private final TableCatalog catalog;
    private final Pointers pointers;
    private final TableIdentifier name;
    private final FileIO files;
    private final Duration metadataGrace;
    private @Nullable TableMetadata metadata;
    private boolean loaded;

    CatalogTableOperations(
            TableCatalog catalog, Pointers pointers, TableIdentifier name, FileIO files, Duration metadataGrace) {
        this.catalog = catalog;
        this.pointers = pointers;
        this.name = name;
        this.files = files;
        this.metadataGrace = metadataGrace;
    }

    @Override
    public @Nullable TableMetadata current() {
        return loaded ? metadata : refresh();
    }

    @Override
    public @Nullable TableMetadata refresh() {
        Optional<TableState> state = catalog.findExactly(name);
        boolean existed = metadata != null;
        metadata = state.map(TableState::metadata).orElse(null);
        loaded = true;
        if (existed && metadata == null) {
            throw new NoSuchTableException("Table does not exist any more: %s", name);
        }
        return metadata;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Iceberg's contract: the base is the very object that was current.
    public void commit(@Nullable TableMetadata base, TableMetadata next) {
        if (base != current()) {
            if (base == null) {
                throw new AlreadyExistsException("Table already exists: %s", name);
            }
            throw new CommitFailedException("Cannot commit to %s: the base is stale", name);
        }
        if (base == next) {
            return;
        }
        if (base == null) {
            requireFree();
        } else {
            catalog.observe(new TableState(name, base, false, files));
        }
        RecordingFiles written = new RecordingFiles(files);
        try {
            TableMetadata complete = isRegistered(base, next) ? next : write(base, next, written);
            written.sync();
            swap(base, complete);
        } catch (CommitFailedException | AlreadyExistsException e) {
            written.discard();
            throw e;
        } finally {
            loaded = false;
        }
    }

    /** A table that is registered brings its metadata file along. */
    private static boolean isRegistered(@Nullable TableMetadata base, TableMetadata next) {
        return base == null && next.metadataFileLocation() != null;
    }

    private static TableMetadata write(@Nullable TableMetadata base, TableMetadata next, FileIO written) {
        return MetadataFiles.write(next, base == null ? null : base.metadataFileLocation(), written);
    }

    private void requireFree() {
        if (!catalog.namespaceExists(name.namespace())) {
            throw new NoSuchNamespaceException(
                    "Cannot create table %s. Namespace does not exist: %s", name, name.namespace());
        }
        if (pointers.location(Kind.VIEW, name).isPresent()) {
            throw new AlreadyExistsException("View with same name already exists: %s", name);
        }
    }

    private void swap(@Nullable TableMetadata base, TableMetadata next) {
        String location = next.metadataFileLocation();
        PointerChange change = base == null
                ? new PointerChange.Create(Kind.TABLE, name, location)
                : new PointerChange.Swap(Kind.TABLE, name, base.metadataFileLocation(), location);
        CommitId id = CommitId.create();
        List<RetiredFile> replaced =
                base == null ? List.of() : MetadataFiles.retired(base, next, Instant.now(), metadataGrace);
        Result result = pointers.apply(new PointerChange.Transaction(
                id, List.of(change), CommitRows.of(id, base, next), List.of(), replaced, List.of()));
        if (result instanceof Result.Applied) {
            catalog.remember(next);
        } else if (result instanceof Result.InDoubt doubt) {
            throw new CommitStateUnknownException(doubt.reason());
        } else if (result instanceof Result.Refused refused) {
            throw new CommitFailedException(refused.reason(), "Cannot commit to %s", name);
        } else if (base == null) {
            throw new AlreadyExistsException("Table already exists: %s", name);
        } else {
            throw new CommitFailedException("Cannot commit to %s: another client has changed it meanwhile", name);
        }
    }

    @Override
    public FileIO io() {
        return files;
    }

    @Override
    public String metadataFileLocation(String fileName) {
        return MetadataFiles.location(required(), fileName);
    }

    @Override
    public LocationProvider locationProvider() {
        return LocationProviders.locationsFor(required().location(), required().properties());
    }

    private TableMetadata required() {
        TableMetadata known = current();
        if (known == null) {
            throw new NoSuchTableException("Table does not exist: %s", name);
        }
        return known;
    }

    @Override
    public TableOperations temp(TableMetadata uncommitted) {
        return new StagedOperations(uncommitted, files);
    }
}
