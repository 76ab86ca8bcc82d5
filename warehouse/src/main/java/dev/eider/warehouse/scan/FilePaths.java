package dev.eider.warehouse.scan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the files of a manifest are: each directory once, and the names. Immutable.
 *
 * @param directories each with its last slash; one is empty where a location has no slash
 * @param directory the directory of each file
 * @param names what follows the directory
 */
record FilePaths(List<String> directories, LongColumn directory, BytesColumn names) {
    private static final int STRING_BYTES = 64;

    FilePaths {
        directories = List.copyOf(directories);
    }

    String location(int row) {
        return directories.get((int) directory.get(row)).concat(names.text(row));
    }

    /** Returns which of the directories a file is in. */
    int directoryOf(int row) {
        return (int) directory.get(row);
    }

    /** Returns a location up to its last slash. */
    static String directoryOf(String location) {
        return location.substring(0, location.lastIndexOf('/') + 1);
    }

    /** Returns about how much memory this takes. */
    long bytes() {
        long bytes = directory.bytes() + names.bytes();
        for (String each : directories) {
            bytes += STRING_BYTES + each.length();
        }
        return bytes;
    }

    /** Collects locations, file by file. Confined to one thread. */
    static final class Builder {
        private final Map<String, Integer> indexes = new HashMap<>();
        private final List<String> directories = new ArrayList<>();
        private final LongColumn.Builder directory = new LongColumn.Builder();
        private final BytesColumn.Builder names = new BytesColumn.Builder();

        void put(int row, String location) {
            String prefix = FilePaths.directoryOf(location);
            Integer index = indexes.get(prefix);
            if (index == null) {
                index = directories.size();
                indexes.put(prefix, index);
                directories.add(prefix);
            }
            directory.put(row, index, 0);
            names.put(row, ByteBuffer.wrap(location.substring(prefix.length()).getBytes(StandardCharsets.UTF_8)));
        }

        FilePaths build(int size) {
            return new FilePaths(directories, directory.build(size, 0), names.build(size));
        }
    }
}
