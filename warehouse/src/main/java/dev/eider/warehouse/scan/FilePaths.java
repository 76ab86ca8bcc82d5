package dev.eider.warehouse.scan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
        private byte[] last = {};
        private int lastIndex = -1;

        void put(int row, String location) {
            byte[] bytes = location.getBytes(StandardCharsets.UTF_8);
            put(row, bytes, 0, bytes.length);
        }

        /** Adds a location that is written as UTF-8. */
        void put(int row, byte[] bytes, int from, int length) {
            int slash = from + length;
            while (slash > from && bytes[slash - 1] != '/') {
                slash--;
            }
            if (lastIndex < 0 || !Arrays.equals(last, 0, last.length, bytes, from, slash)) {
                last = Arrays.copyOfRange(bytes, from, slash);
                lastIndex = indexOf(new String(last, StandardCharsets.UTF_8));
            }
            directory.put(row, lastIndex, 0);
            names.put(row, bytes, slash, from + length - slash);
        }

        private int indexOf(String prefix) {
            Integer index = indexes.get(prefix);
            if (index == null) {
                index = directories.size();
                indexes.put(prefix, index);
                directories.add(prefix);
            }
            return index;
        }

        FilePaths build(int size) {
            return new FilePaths(directories, directory.build(size, 0), names.build(size));
        }
    }
}
