package dev.eider.catalog;

import dev.eider.catalog.PointerChange.Kind;
import dev.eider.catalog.Pointers.Result;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;

/**
 * Takes names away and gives others, by the same compare-and-swap as commits: a table that is dropped while rows are
 * appended to it is dropped before or after, never both. Thread-safe.
 */
final class CatalogNames {
    private static final int ATTEMPTS = 1_000;

    private final Pointers pointers;
    private final Clock clock;

    CatalogNames(Pointers pointers, Clock clock) {
        this.pointers = pointers;
        this.clock = clock;
    }

    /**
     * Removes a table or view from the catalog; the files of a table are retired later, because running reads may need them.
     *
     * @param purge whether the files of a table are to go, whoever created it
     * @return whether there was one
     */
    boolean drop(Kind kind, TableIdentifier name, boolean purge) {
        return change(kind, name, location -> new PointerChange.Drop(kind, name, location, purge, clock.instant()));
    }

    /**
     * Renames a table or view.
     *
     * @return whether there was one
     * @throws AlreadyExistsException if the new name is taken
     */
    boolean rename(Kind kind, TableIdentifier from, TableIdentifier to) {
        return change(kind, from, location -> {
            requireFree(kind, from, to);
            return new PointerChange.Rename(kind, from, location, to);
        });
    }

    /** In the words of the upstream catalog. */
    private void requireFree(Kind kind, TableIdentifier from, TableIdentifier to) {
        if (pointers.location(Kind.VIEW, to).isPresent()) {
            throw new AlreadyExistsException("Cannot rename %s to %s. View already exists", from, to);
        }
        if (pointers.location(Kind.TABLE, to).isPresent()) {
            throw kind == Kind.VIEW
                    ? new AlreadyExistsException("Cannot rename %s to %s. Table already exists", from, to)
                    : new AlreadyExistsException("Table already exists: %s", to);
        }
    }

    private boolean change(Kind kind, TableIdentifier name, Function<String, PointerChange> change) {
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Optional<String> location = pointers.location(kind, name);
            if (location.isEmpty()) {
                return false;
            }
            Result result =
                    pointers.apply(PointerChange.Transaction.of(CommitId.create(), change.apply(location.get()), ""));
            if (result instanceof Result.Applied) {
                return true;
            }
            if (result instanceof Result.Refused refused) {
                throw refused.reason();
            }
            if (result instanceof Result.InDoubt doubt) {
                throw unknown(name, doubt);
            }
        }
        throw new EiderException(ErrorCode.COMMIT_CONFLICT, "%s kept changing: try again".formatted(name));
    }

    private static EiderException unknown(TableIdentifier name, Result.InDoubt doubt) {
        return new EiderException(
                ErrorCode.OUTCOME_UNKNOWN,
                "The catalog failed while changing %s: the change may or may not be in".formatted(name),
                new CommitStateUnknownException(doubt.reason()));
    }
}
