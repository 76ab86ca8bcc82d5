package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableNames;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/** What a table reference in SQL means: {@code table}, {@code namespace.table} or {@code eider.namespace.table}. */
public final class TableNaming {
    private static final String CATALOG = "eider";

    private TableNaming() {}

    /** Returns whether a name is that of the one catalog. */
    static boolean isCatalog(String name) {
        return TableNames.folded(name).equals(CATALOG);
    }

    /** Returns the table that a path of one to three names means; a nested namespace is one name with dots. */
    public static TableIdentifier identifier(List<String> path) {
        String name = path.get(path.size() - 1);
        if (path.size() > 3 || path.stream().anyMatch(String::isEmpty)) {
            throw new EiderException(
                    ErrorCode.INVALID_SQL,
                    "%s names no table: use table, namespace.table or %s.namespace.table"
                            .formatted(String.join(".", path), CATALOG));
        }
        if (path.size() == 1) {
            return TableIdentifier.of(TableNames.DEFAULT_NAMESPACE, name);
        }
        if (path.size() == 3 && !isCatalog(path.get(0))) {
            throw new EiderException(
                    ErrorCode.TABLE_NOT_FOUND,
                    "There is no catalog %s, only %s; a nested namespace is written as one quoted name"
                            .formatted(path.get(0), CATALOG));
        }
        return TableIdentifier.of(Namespace.of(path.get(path.size() - 2).split("\\.", -1)), name);
    }
}
