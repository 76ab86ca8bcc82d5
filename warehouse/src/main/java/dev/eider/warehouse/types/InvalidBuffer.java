package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;

/** Says which column's buffers are wrong. */
final class InvalidBuffer {
    private InvalidBuffer() {}

    /** Returns an error that reads: column "path" {@code problem}. */
    static EiderException in(String path, String problem) {
        return new EiderException(ErrorCode.INVALID_DATA, "Column " + Sql.name(path) + " " + problem);
    }
}
