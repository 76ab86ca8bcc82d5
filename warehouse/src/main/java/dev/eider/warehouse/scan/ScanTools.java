package dev.eider.warehouse.scan;

import dev.eider.warehouse.storage.AllowedLocations;
import java.nio.file.Path;

/**
 * What all renderings of one engine share. Thread-safe.
 *
 * @param fileWithoutRows is read beside single files
 */
record ScanTools(AllowedLocations allowed, Path fileWithoutRows, FileShapes shapes, PositionDeletes positionDeletes) {}
