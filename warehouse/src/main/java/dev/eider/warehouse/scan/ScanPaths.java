package dev.eider.warehouse.scan;

import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.HeldFiles;
import dev.eider.warehouse.storage.Locations;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Where the files of one scan are read on this host. Confined to one thread. */
final class ScanPaths {
    private final AllowedLocations allowed;
    private final HeldFiles held;
    private final Set<Path> checkedDirectories = new HashSet<>();

    /**
     * Creates the paths of a scan.
     *
     * @param held those of its files that are not of this host
     */
    ScanPaths(AllowedLocations allowed, HeldFiles held) {
        this.allowed = allowed;
        this.held = held;
    }

    /** Returns where a file of the scan is read; one outside the allowed locations is refused. */
    Path of(String location) {
        if (Locations.isS3(location)) {
            return held.path(location);
        }
        Path path = Locations.path(location);
        Path directory = path.getParent();
        if (directory == null || checkedDirectories.add(directory)) {
            allowed.require(location);
        }
        return path;
    }
}
