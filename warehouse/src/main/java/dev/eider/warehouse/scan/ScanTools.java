package dev.eider.warehouse.scan;

import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.storage.Storage;

/** What all renderings of one engine share. Thread-safe. */
record ScanTools(
        Storage storage,
        QueryEngine engine,
        FileShapes shapes,
        PositionDeletes positionDeletes,
        ReachedBuckets reached) {}
