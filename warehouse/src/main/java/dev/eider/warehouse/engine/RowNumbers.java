package dev.eider.warehouse.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A set of row numbers of one data file, such as those that are deleted.
 *
 * <p>Kept as bits in pages, so that a set costs nothing for the parts of a file that it leaves alone. Immutable.
 */
public final class RowNumbers {
    static final int PAGE_BITS = 16;
    private static final int PAGE_WORDS = 1 << (PAGE_BITS - 6);
    private static final int MAP_ENTRY_BYTES = 64;

    private final Map<Long, long[]> pages;

    private RowNumbers(Map<Long, long[]> pages) {
        this.pages = pages;
    }

    /** Collects row numbers. Confined to one thread, for one set. */
    public static final class Builder {
        private final Map<Long, long[]> pages = new HashMap<>();

        /** Adds a row number, which is not negative. */
        public void add(long row) {
            long[] page = pages.computeIfAbsent(row >>> PAGE_BITS, number -> new long[PAGE_WORDS]);
            page[word(row)] |= 1L << row;
        }

        /** Returns the set; the builder is not used again. */
        public RowNumbers build() {
            return new RowNumbers(pages);
        }
    }

    /** Returns the rows that are in any of the sets. */
    public static RowNumbers union(List<RowNumbers> sets) {
        if (sets.size() == 1) {
            return sets.get(0);
        }
        Map<Long, long[]> pages = new HashMap<>();
        for (RowNumbers set : sets) {
            set.pages.forEach((number, page) -> pages.merge(number, page, RowNumbers::or));
        }
        return new RowNumbers(pages);
    }

    private static long[] or(long[] some, long[] others) {
        long[] all = some.clone();
        for (int i = 0; i < all.length; i++) {
            all[i] |= others[i];
        }
        return all;
    }

    /** Returns whether a row is in the set. */
    public boolean contains(long row) {
        return isSet(page(row >>> PAGE_BITS), row);
    }

    /** Returns the page of a number, nothing if none of its rows is in the set. */
    long @Nullable [] page(long number) {
        return pages.get(number);
    }

    static boolean isSet(long @Nullable [] page, long row) {
        return page != null && (page[word(row)] >>> row & 1) != 0;
    }

    private static int word(long row) {
        return (int) (row >>> 6) & PAGE_WORDS - 1;
    }

    /** Returns about how much memory the set takes. */
    public long bytes() {
        return pages.size() * (PAGE_WORDS * 8L + MAP_ENTRY_BYTES);
    }
}
