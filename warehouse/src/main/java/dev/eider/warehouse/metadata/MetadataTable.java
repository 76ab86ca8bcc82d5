package dev.eider.warehouse.metadata;

import dev.eider.catalog.TableNames;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.iceberg.MetadataTableType;

/** The tables that describe a table, named as in {@code "t$snapshots"}. */
public enum MetadataTable {
    /** The kept snapshots. */
    SNAPSHOTS(Optional.of(MetadataTableType.SNAPSHOTS), false),
    /** What was current when, from the commit log: also snapshots that are not kept any more. */
    HISTORY(Optional.empty(), false),
    /** Data and delete files of one snapshot. */
    FILES(Optional.of(MetadataTableType.FILES), true),
    /** The manifests of one snapshot, which list its files. */
    MANIFESTS(Optional.of(MetadataTableType.MANIFESTS), true),
    /** The partitions of one snapshot, with what is in them. */
    PARTITIONS(Optional.of(MetadataTableType.PARTITIONS), true),
    /** Branches and tags. */
    REFS(Optional.of(MetadataTableType.REFS), false),
    /** What the table is configured with. */
    PROPERTIES(Optional.empty(), false);

    private final Optional<MetadataTableType> type;
    private final boolean ofOneSnapshot;

    MetadataTable(Optional<MetadataTableType> type, boolean ofOneSnapshot) {
        this.type = type;
        this.ofOneSnapshot = ofOneSnapshot;
    }

    /** Returns the table of a name, which is compared without regard to case. */
    public static Optional<MetadataTable> named(String name) {
        String folded = TableNames.folded(name);
        return Arrays.stream(values())
                .filter(table -> table.shownName().equals(folded))
                .findFirst();
    }

    /** Returns all names, for people. */
    public static String names() {
        return Arrays.stream(values()).map(MetadataTable::shownName).collect(Collectors.joining(", "));
    }

    /** Returns the name behind the dollar sign. */
    public String shownName() {
        return TableNames.folded(name());
    }

    /** Returns whether it describes one snapshot, so that it can be asked for at an earlier one; others tell of all. */
    public boolean ofOneSnapshot() {
        return ofOneSnapshot;
    }

    /** Returns Iceberg's own table of that kind, if there is one that says the right thing. */
    Optional<MetadataTableType> type() {
        return type;
    }
}
