package dev.eider.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Finds the tables that names mean: the one that is spelled so, or else the one that {@link TableNames#folded} holds for
 * the same. Thread-safe.
 *
 * <p>Names as the catalog spells them are found by the key of its table, however many tables there are. Only when one is
 * not found like this are all names of the catalog compared, all in one query again. Case is never folded by the rules of
 * the database's locale: gateways and databases would disagree on what is the same.
 */
final class NameLookup {
    /** SQLite takes 32,766 parameters, PostgreSQL more. */
    private static final int MAX_TOGETHER = 10_000;

    private final Pointers pointers;
    private final Dialect dialect;

    NameLookup(Pointers pointers, Dialect dialect) {
        this.pointers = pointers;
        this.dialect = dialect;
    }

    /**
     * Returns the pointers of the tables that exist, by the name that was asked for, all of one moment unless there are
     * more than {@value #MAX_TOGETHER} names.
     */
    Map<TableIdentifier, TablePointer> resolve(Collection<TableIdentifier> names) {
        Map<TableIdentifier, TablePointer> resolved = new LinkedHashMap<>();
        List<TableIdentifier> all = List.copyOf(names);
        for (int begin = 0; begin < all.size(); begin += MAX_TOGETHER) {
            List<TableIdentifier> some = all.subList(begin, Math.min(all.size(), begin + MAX_TOGETHER));
            Map<TableIdentifier, TablePointer> exact = spelledAlike(some);
            resolved.putAll(exact.size() == some.stream().distinct().count() ? exact : foldedAlike(some));
        }
        return resolved;
    }

    /** The condition lets through every name of every namespace that was asked for: as written, the key serves it. */
    private Map<TableIdentifier, TablePointer> spelledAlike(List<TableIdentifier> names) {
        Set<String> namespaces = new LinkedHashSet<>();
        Set<String> tables = new LinkedHashSet<>();
        for (TableIdentifier name : names) {
            namespaces.add(name.namespace().toString());
            tables.add(name.name());
        }
        List<String> parameters = new ArrayList<>(namespaces);
        parameters.addAll(tables);
        String condition = " AND table_namespace IN (%s) AND table_name IN (%s)"
                .formatted(SqlRows.places(namespaces.size()), SqlRows.places(tables.size()));
        Map<TableIdentifier, TablePointer> spelled = new HashMap<>();
        pointers.tables(condition, parameters).forEach(pointer -> spelled.put(pointer.identifier(), pointer));
        Map<TableIdentifier, TablePointer> resolved = new LinkedHashMap<>();
        for (TableIdentifier name : names) {
            Optional.ofNullable(spelled.get(name)).ifPresent(pointer -> resolved.put(name, pointer));
        }
        return resolved;
    }

    private Map<TableIdentifier, TablePointer> foldedAlike(List<TableIdentifier> names) {
        List<String> parameters = new ArrayList<>(2 * names.size());
        for (TableIdentifier name : names) {
            parameters.add(TableNames.folded(name.namespace().toString()));
            parameters.add(TableNames.folded(name.name()));
        }
        String condition = " AND (%s, %s) IN (VALUES %s)"
                .formatted(
                        dialect.foldedAscii("table_namespace"),
                        dialect.foldedAscii("table_name"),
                        String.join(", ", Collections.nCopies(names.size(), "(?, ?)")));
        Map<String, List<TablePointer>> candidates = new HashMap<>();
        for (TablePointer pointer : pointers.tables(condition, parameters)) {
            candidates
                    .computeIfAbsent(TableNames.folded(pointer.identifier()), folded -> new ArrayList<>())
                    .add(pointer);
        }
        Map<TableIdentifier, TablePointer> resolved = new LinkedHashMap<>();
        for (TableIdentifier name : names) {
            choose(name, candidates.getOrDefault(TableNames.folded(name), List.of()))
                    .ifPresent(pointer -> resolved.put(name, pointer));
        }
        return resolved;
    }

    private static Optional<TablePointer> choose(TableIdentifier name, List<TablePointer> candidates) {
        Optional<TablePointer> exact = candidates.stream()
                .filter(pointer -> pointer.identifier().equals(name))
                .findFirst();
        if (exact.isEmpty() && candidates.size() > 1) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "Table name %s is ambiguous: it may mean any of %s"
                            .formatted(
                                    name,
                                    candidates.stream()
                                            .map(TablePointer::identifier)
                                            .toList()));
        }
        return exact.or(() -> candidates.stream().findFirst());
    }
}
