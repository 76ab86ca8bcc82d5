package dev.eider.catalog;

import dev.eider.catalog.PointerChange.Kind;
import dev.eider.catalog.Pointers.Result;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.view.BaseViewOperations;
import org.apache.iceberg.view.ViewMetadata;
import org.jspecify.annotations.Nullable;

/** What Iceberg's own API changes a view of this catalog through. Confined to one thread at a time. */
final class CatalogViewOperations extends BaseViewOperations {
    private final TableCatalog catalog;
    private final Pointers pointers;
    private final TableIdentifier name;
    private final FileIO files;

    CatalogViewOperations(TableCatalog catalog, Pointers pointers, TableIdentifier name, FileIO files) {
        this.catalog = catalog;
        this.pointers = pointers;
        this.name = name;
        this.files = files;
    }

    @Override
    protected void doRefresh() {
        Optional<String> location = pointers.location(Kind.VIEW, name);
        if (location.isPresent()) {
            refreshFromMetadataLocation(location.get(), null, 0);
        } else if (currentMetadataLocation() != null) {
            throw new NoSuchViewException("View does not exist: %s", name);
        } else {
            disableRefresh();
        }
    }

    @Override
    protected void doCommit(@Nullable ViewMetadata base, ViewMetadata next) {
        if (base == null) {
            requireFree();
        }
        String location = writeNewMetadataIfRequired(next);
        PointerChange change = base == null
                ? new PointerChange.Create(Kind.VIEW, name, location)
                : new PointerChange.Swap(Kind.VIEW, name, base.metadataFileLocation(), location);
        Result result = pointers.apply(PointerChange.Transaction.of(CommitId.create(), change, next.uuid()));
        if (result instanceof Result.InDoubt doubt) {
            throw new CommitStateUnknownException(doubt.reason());
        }
        if (!(result instanceof Result.Applied)) {
            files.deleteFile(location);
            if (base == null) {
                throw new AlreadyExistsException("View already exists: %s", name);
            }
            throw new CommitFailedException("Cannot commit to view %s: another client has changed it meanwhile", name);
        }
    }

    private void requireFree() {
        if (!catalog.namespaceExists(name.namespace())) {
            throw new NoSuchNamespaceException(
                    "Cannot create view %s. Namespace does not exist: %s", name, name.namespace());
        }
        if (pointers.location(Kind.TABLE, name).isPresent()) {
            throw new AlreadyExistsException("Table with same name already exists: %s", name);
        }
    }

    @Override
    protected String viewName() {
        return name.toString();
    }

    @Override
    protected FileIO io() {
        return files;
    }
}
