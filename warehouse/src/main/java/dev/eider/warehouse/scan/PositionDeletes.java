package dev.eider.warehouse.scan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.CharSequenceMap;
import org.apache.iceberg.util.ContentFileUtil;

/**
 * Loads position deletes and deletion vectors, and remembers them decoded: delete files never change.
 *
 * <p>Thread-safe; bounded in bytes.
 */
final class PositionDeletes {
    private static final long MAX_REMEMBERED_BYTES = 128L << 20;
    /** An entry of a map, and the header of a path. */
    private static final int ENTRY_BYTES = 96;

    private final long maxBytes;
    private final Map<String, Loaded> remembered = new LinkedHashMap<>(16, 0.75f, true);
    private long rememberedBytes;

    PositionDeletes() {
        this(MAX_REMEMBERED_BYTES);
    }

    /** Creates what remembers so many bytes. */
    PositionDeletes(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** The rows that one delete file deletes, for each data file that it names. */
    private record Loaded(Map<String, RowNumbers> rows, long bytes) {
        Loaded(Map<String, RowNumbers> rows) {
            this(
                    rows,
                    rows.entrySet().stream()
                            .mapToLong(entry -> ENTRY_BYTES
                                    + entry.getKey().length()
                                    + entry.getValue().bytes())
                            .sum());
        }
    }

    /** A delete file, and those of some data files that it may apply to. */
    private record Applied(DeleteFile delete, List<ScanFile> files) {}

    static boolean isPositional(DeleteFile file) {
        return file.content() == FileContent.POSITION_DELETES;
    }

    long rememberedBytes() {
        synchronized (remembered) {
            return rememberedBytes;
        }
    }

    /**
     * Returns the rows of data files that are deleted by position, by the locations of the files.
     *
     * <p>A delete file is decoded at most once, whatever its size, and only the rows of these files are kept of it.
     */
    Map<String, RowNumbers> of(List<ScanFile> files, FileIO io) {
        Map<String, Applied> deletes = new LinkedHashMap<>();
        for (ScanFile file : files) {
            for (DeleteFile delete : file.deletes()) {
                if (isPositional(delete)) {
                    deletes.computeIfAbsent(key(delete), missing -> new Applied(delete, new ArrayList<>()))
                            .files()
                            .add(file);
                }
            }
        }
        Map<String, List<RowNumbers>> sets = new HashMap<>();
        deletes.forEach((key, applied) -> {
            Loaded loaded = loaded(key, applied, io);
            for (ScanFile file : applied.files()) {
                RowNumbers rows = loaded.rows().get(file.location());
                if (rows != null) {
                    sets.computeIfAbsent(file.location(), missing -> new ArrayList<>())
                            .add(rows);
                }
            }
        });
        Map<String, RowNumbers> deleted = new HashMap<>();
        for (ScanFile file : files) {
            deleted.put(file.location(), RowNumbers.union(sets.getOrDefault(file.location(), List.of())));
        }
        return deleted;
    }

    private static String key(DeleteFile delete) {
        return ContentFileUtil.isDV(delete) ? delete.location() + "#" + delete.contentOffset() : delete.location();
    }

    private Loaded loaded(String key, Applied applied, FileIO io) {
        synchronized (remembered) {
            Loaded known = remembered.get(key);
            if (known != null) {
                return known;
            }
        }
        DeleteFile delete = applied.delete();
        String dataFile = applied.files().get(0).location();
        Loaded loaded = new Loaded(
                ContentFileUtil.isDV(delete)
                        ? Map.of(dataFile, vector(delete, dataFile, io))
                        : WholeFile.load(delete, dataFile, io));
        synchronized (remembered) {
            if (loaded.bytes() <= maxBytes && remembered.putIfAbsent(key, loaded) == null) {
                rememberedBytes += loaded.bytes();
                while (rememberedBytes > maxBytes) {
                    Map.Entry<String, Loaded> eldest =
                            remembered.entrySet().iterator().next();
                    rememberedBytes -= eldest.getValue().bytes();
                    remembered.remove(eldest.getKey());
                }
            }
        }
        return loaded;
    }

    private static RowNumbers vector(DeleteFile delete, String dataFile, FileIO io) {
        return rows(new BaseDeleteLoader(file -> io.newInputFile(file.location()))
                .loadPositionDeletes(List.of(delete), dataFile));
    }

    private static RowNumbers rows(PositionDeleteIndex index) {
        RowNumbers.Builder rows = new RowNumbers.Builder();
        index.forEach(rows::add);
        return rows.build();
    }

    /** Iceberg's loader gives the deletes of one data file; its cache is where those of all others pass by. */
    private static final class WholeFile extends BaseDeleteLoader {
        private final Map<String, RowNumbers> all = new HashMap<>();

        private WholeFile(FileIO io) {
            super(file -> io.newInputFile(file.location()));
        }

        static Map<String, RowNumbers> load(DeleteFile delete, String dataFile, FileIO io) {
            WholeFile loader = new WholeFile(io);
            loader.loadPositionDeletes(List.of(delete), dataFile);
            return loader.all;
        }

        @Override
        protected boolean canCache(long size) {
            return true;
        }

        @Override
        protected <V> V getOrLoad(String key, Supplier<V> load, long size) {
            V value = load.get();
            ((CharSequenceMap<?>) value)
                    .forEach((path, index) -> all.put(path.toString(), rows((PositionDeleteIndex) index)));
            return value;
        }
    }
}
