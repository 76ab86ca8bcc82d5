package dev.eider.warehouse.scan;

/** Something immutable that was decoded from an immutable file, and may be kept. */
sealed interface CachedMetadata permits DataManifest, DeleteManifest, ManifestList {
    /** Returns about how much memory this takes. */
    long bytes();
}
