package dev.eider.warehouse.scan;

import dev.eider.warehouse.storage.Storage;
import java.nio.file.Path;

/**
 * What all renderings of one engine share. Thread-safe.
 *
 * @param fileWithoutRows is read beside single files
 */
record ScanTools(Storage storage, Path fileWithoutRows, FileShapes shapes, PositionDeletes positionDeletes) {}
