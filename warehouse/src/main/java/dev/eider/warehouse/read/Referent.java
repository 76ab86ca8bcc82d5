package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableNames;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.TableReference;
import dev.eider.warehouse.metadata.MetadataTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * One thing that a reference in SQL may mean: a table, or a metadata table of one. Immutable.
 *
 * @param table what has to exist for it
 * @param metadata the metadata table of it, if one is meant
 */
record Referent(TableIdentifier table, Optional<MetadataTable> metadata) {
    private static final Set<String> SYSTEM = Set.of("information_schema", "pg_catalog");

    /** Returns what a reference may mean, the likeliest first: a table of that very name goes before any other meaning. */
    static List<Referent> of(TableReference reference) {
        List<String> path = reference.path();
        if (reference.changes().isPresent()) {
            return List.of(new Referent(TableNaming.identifier(path), Optional.empty()));
        }
        Optional<Referent> dotted = dotted(path);
        if (dotted.isPresent()) {
            return List.of(dotted.get());
        }
        List<Referent> meanings = new ArrayList<>();
        meanings.add(new Referent(TableNaming.identifier(path), Optional.empty()));
        if (path.size() == 2) {
            // A table of the default namespace; a table of that very name in a namespace goes before it.
            MetadataTable.named(path.get(1))
                    .ifPresent(metadata -> meanings.add(
                            new Referent(TableNaming.identifier(path.subList(0, 1)), Optional.of(metadata))));
        }
        String name = reference.name();
        int dollar = name.lastIndexOf('$');
        if (dollar > 0) {
            MetadataTable.named(name.substring(dollar + 1))
                    .ifPresent(metadata -> meanings.add(
                            new Referent(described(path, name.substring(0, dollar)), Optional.of(metadata))));
        }
        return meanings;
    }

    /** {@code ns.t.snapshots}: no table can be meant, because there is no catalog of that name. */
    private static Optional<Referent> dotted(List<String> path) {
        if (path.size() != 3 || TableNaming.isCatalog(path.get(0))) {
            return Optional.empty();
        }
        return MetadataTable.named(path.get(2))
                .map(metadata -> new Referent(TableNaming.identifier(path.subList(0, 2)), Optional.of(metadata)));
    }

    private static TableIdentifier described(List<String> path, String name) {
        List<String> table = new ArrayList<>(path);
        table.set(path.size() - 1, name);
        return TableNaming.identifier(table);
    }

    /**
     * Returns the first meaning whose table exists.
     *
     * @param near gives the end of a sentence that suggests another name for a table that does not exist
     */
    static Referent choose(
            List<Referent> meanings, Map<TableIdentifier, TableState> states, Function<TableIdentifier, String> near) {
        return meanings.stream()
                .filter(meaning -> states.containsKey(meaning.table()))
                .findFirst()
                .orElseThrow(() -> missing(meanings, near));
    }

    private static EiderException missing(List<Referent> meanings, Function<TableIdentifier, String> near) {
        TableIdentifier table = meanings.get(meanings.size() - 1).table();
        if (table.name().indexOf('$') < 1) {
            TableIdentifier likeliest = meanings.get(0).table();
            TableIdentifier first = likeliest.name().indexOf('$') < 1 ? likeliest : table;
            EiderException missing = TableCatalog.notFound(first);
            String more = SYSTEM.contains(TableNames.folded(first.namespace().toString()))
                    ? "; SHOW ALL TABLES lists the tables and their columns, DESCRIBE t those of one"
                    : near.apply(first);
            return new EiderException(missing.code(), missing.getMessage() + more);
        }
        return new EiderException(
                ErrorCode.TABLE_NOT_FOUND,
                "Table %s does not exist; the metadata tables of a table are %s"
                        .formatted(table, MetadataTable.names()));
    }

    /** Pins what is meant to a version of its table. */
    BoundQuery.Pin pin(TableState state, TableVersion version, TableVersions versions) {
        BoundQuery.Pin pin = versions.pin(state, version);
        if (metadata.isEmpty()) {
            return pin;
        }
        MetadataTable described = metadata.get();
        if (!described.ofOneSnapshot() && !(version instanceof TableVersion.Latest)) {
            throw new EiderException(
                    ErrorCode.INVALID_SQL,
                    "AT cannot be applied to the %s of table %s, which are not those of one snapshot"
                            .formatted(described.shownName(), state.identifier()));
        }
        return pin.withFacet(new Facet.Metadata(described, state.metadata().metadataFileLocation()));
    }
}
