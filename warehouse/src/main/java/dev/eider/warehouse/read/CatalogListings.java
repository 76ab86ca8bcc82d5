package dev.eider.warehouse.read;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.ListedTable;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableNames;
import dev.eider.warehouse.engine.CatalogListing;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.types.DuckDbTypes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Writes listings of the catalog as queries, with the columns that DuckDB's own would have. They tell what there is when
 * they are written, whatever version of tables a statement reads. Thread-safe.
 */
final class CatalogListings {
    private static final String NAMES = "VARCHAR[]";

    private final TableCatalog catalog;

    CatalogListings(TableCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Returns a query over what is to be listed.
     *
     * @param columnsOnly whether the rows can be left out
     */
    String relation(CatalogListing listing, boolean columnsOnly) {
        return switch (listing.kind()) {
            case TABLES -> {
                Namespace namespace = namespace(listing.path());
                yield "SELECT " + column("name", NAMES, columnsOnly ? List.of() : names(namespace), Object::toString);
            }
            case ALL_TABLES -> allTables(columnsOnly ? List.of() : catalog.list());
            case NAMESPACES -> namespaces(columnsOnly ? List.of() : namespaces());
            case CATALOGS -> "SELECT %s AS database_name".formatted(catalogName());
        };
    }

    private static String catalogName() {
        return SqlText.quoteLiteral(CatalogConfig.DEFAULT_NAME);
    }

    private List<String> names(Namespace namespace) {
        return catalog.listTables(namespace).stream()
                .map(TableIdentifier::name)
                .sorted()
                .toList();
    }

    private static String allTables(List<ListedTable> tables) {
        return "SELECT %s AS database, %s, %s, %s, %s, false AS \"temporary\""
                .formatted(
                        catalogName(),
                        column("schema", NAMES, tables, table -> table.identifier()
                                .namespace()
                                .toString()),
                        column("name", NAMES, tables, table -> table.identifier()
                                .name()),
                        lists("column_names", tables, NestedField::name),
                        lists("column_types", tables, column -> DuckDbTypes.shown(column.type())));
    }

    private static String lists(String name, List<ListedTable> tables, Function<NestedField, String> text) {
        return tables.stream()
                .map(table -> table.state().stream()
                        .flatMap(state -> state.metadata().schema().columns().stream())
                        .map(column -> SqlText.quoteLiteral(text.apply(column)))
                        .collect(Collectors.joining(", ", "[", "]")))
                .collect(Collectors.joining(", ", "unnest(CAST([", "] AS VARCHAR[][])) AS " + name));
    }

    private static String namespaces(List<Namespace> namespaces) {
        return "SELECT %s AS database_name, %s, %s"
                .formatted(
                        catalogName(),
                        column("schema_name", NAMES, namespaces, Namespace::toString),
                        column(
                                "current",
                                "BOOLEAN[]",
                                namespaces,
                                namespace -> namespace.equals(TableNames.DEFAULT_NAMESPACE) ? "true" : "false"));
    }

    /** Writes values as a column. */
    private static <T> String column(String name, String type, List<T> values, Function<T, String> text) {
        return values.stream()
                .map(value -> SqlText.quoteLiteral(text.apply(value)))
                .collect(Collectors.joining(", ", "unnest(CAST([", "] AS " + type + ")) AS \"" + name + '"'));
    }

    /** Returns every namespace, in the order of their names. */
    private List<Namespace> namespaces() {
        List<Namespace> found = new ArrayList<>();
        Deque<Namespace> open = new ArrayDeque<>(catalog.listNamespaces());
        while (!open.isEmpty()) {
            Namespace namespace = open.pop();
            found.add(namespace);
            open.addAll(catalog.listNamespaces(namespace));
        }
        found.sort(Comparator.comparing(Namespace::toString));
        return found;
    }

    /** A name alone is that of a namespace, or else of the catalog, which means its default namespace. */
    private Namespace namespace(List<String> path) {
        if (path.isEmpty()) {
            return TableNames.DEFAULT_NAMESPACE;
        }
        String name = path.get(path.size() - 1);
        if (path.size() == 1 || TableNaming.isCatalog(path.get(0))) {
            Optional<Namespace> found = namespaces().stream()
                    .filter(namespace -> TableNames.folded(namespace.toString()).equals(TableNames.folded(name)))
                    .min(Comparator.comparing(namespace -> !namespace.toString().equals(name)));
            if (found.isPresent()) {
                return found.get();
            }
            if (path.size() == 1 && TableNaming.isCatalog(name)) {
                return TableNames.DEFAULT_NAMESPACE;
            }
        }
        throw new EiderException(
                ErrorCode.NAMESPACE_NOT_FOUND, "Namespace %s does not exist".formatted(String.join(".", path)));
    }
}
