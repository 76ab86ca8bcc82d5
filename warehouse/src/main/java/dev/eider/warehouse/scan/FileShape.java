package dev.eider.warehouse.scan;

import org.apache.iceberg.types.Types.StructType;

/**
 * The columns of one data file as its footer describes them, with the field ids that they stand for. Immutable.
 *
 * @param ids where the field ids come from
 * @param columns with the names that they have in the file; those without an id are left out
 */
record FileShape(Ids ids, StructType columns) {
    /** Where field ids come from. */
    enum Ids {
        /** The file itself holds them. */
        FILE,
        /** The table's name mapping gives them to the names of the file. */
        NAMES,
        /** Neither does: the first column of the file has the id 1, the second the id 2, and so on, as Iceberg has it. */
        PLACES
    }

    /** Returns whether the engine finds the columns by their ids. */
    boolean byId() {
        return ids == Ids.FILE;
    }
}
