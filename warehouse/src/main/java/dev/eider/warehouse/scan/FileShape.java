package dev.eider.warehouse.scan;

import org.apache.iceberg.types.Types.StructType;

/**
 * The columns of one data file as its footer describes them, with the field ids that they stand for. Immutable.
 *
 * @param byId whether the file itself holds field ids; otherwise they come from the table's name mapping
 * @param columns with the names that they have in the file; those without an id are left out
 */
record FileShape(boolean byId, StructType columns) {}
