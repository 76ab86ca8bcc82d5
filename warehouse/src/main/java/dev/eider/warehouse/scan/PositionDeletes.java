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
    private static final long ENTRY_BYTES = 512;

    private final Map<String, Loaded> remembered = new LinkedHashMap<>(16, 0.75f, true);
    private long rememberedBytes;

    /** The rows that one delete file deletes, for each data file that it names. */
    private record Loaded(Map<String, RowNumbers> rows, long bytes) {
        Loaded(Map<String, RowNumbers> rows) {
            this(
                    rows,
                    rows.values().stream()
                            .mapToLong(set -> set.bytes() + ENTRY_BYTES)
                            .sum());
        }
    }

    static boolean isPositional(DeleteFile file) {
        return file.content() == FileContent.POSITION_DELETES;
    }

    /** Returns the rows of a data file that are deleted by position. */
    RowNumbers of(ScanFile file, FileIO io) {
        List<RowNumbers> sets = new ArrayList<>();
        for (DeleteFile delete : file.deletes()) {
            if (isPositional(delete)) {
                RowNumbers rows = loaded(delete, file.location(), io).rows().get(file.location());
                if (rows != null) {
                    sets.add(rows);
                }
            }
        }
        return RowNumbers.union(sets);
    }

    private Loaded loaded(DeleteFile delete, String dataFile, FileIO io) {
        String key =
                ContentFileUtil.isDV(delete) ? delete.location() + "#" + delete.contentOffset() : delete.location();
        synchronized (remembered) {
            Loaded known = remembered.get(key);
            if (known != null) {
                return known;
            }
        }
        Loaded loaded = new Loaded(
                ContentFileUtil.isDV(delete)
                        ? Map.of(dataFile, vector(delete, dataFile, io))
                        : WholeFile.load(delete, dataFile, io));
        synchronized (remembered) {
            if (loaded.bytes() <= MAX_REMEMBERED_BYTES && remembered.putIfAbsent(key, loaded) == null) {
                rememberedBytes += loaded.bytes();
                while (rememberedBytes > MAX_REMEMBERED_BYTES) {
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
