package dev.eider.warehouse.scan;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * A set of row numbers of one data file, such as those that are deleted.
 *
 * <p>Kept as bits in pages, so that a set costs nothing for the parts of a file that it leaves alone. Immutable.
 */
final class RowNumbers {
    private static final int PAGE_BITS = 16;
    private static final int PAGE_WORDS = 1 << (PAGE_BITS - 6);
    private static final int MAP_ENTRY_BYTES = 64;

    private final Map<Long, long[]> pages;
    private final long size;

    private RowNumbers(Map<Long, long[]> pages) {
        this.pages = pages;
        long count = 0;
        for (long[] page : pages.values()) {
            for (long word : page) {
                count += Long.bitCount(word);
            }
        }
        this.size = count;
    }

    /** Collects row numbers. Confined to one thread, for one set. */
    static final class Builder {
        private final Map<Long, long[]> pages = new TreeMap<>();

        /** Adds a row number, which is not negative. */
        void add(long row) {
            long[] page = pages.computeIfAbsent(row >>> PAGE_BITS, number -> new long[PAGE_WORDS]);
            page[(int) (row >>> 6) & PAGE_WORDS - 1] |= 1L << row;
        }

        /** Returns the set; the builder is not used again. */
        RowNumbers build() {
            return new RowNumbers(pages);
        }
    }

    /** Returns the rows that are in any of the sets. */
    static RowNumbers union(List<RowNumbers> sets) {
        if (sets.size() == 1) {
            return sets.get(0);
        }
        Map<Long, long[]> pages = new TreeMap<>();
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

    /** Returns how many rows are in the set. */
    long size() {
        return size;
    }

    /** Visits the rows of the set in their order. */
    void forEach(LongConsumer visitor) {
        pages.forEach((number, page) -> {
            for (int i = 0; i < page.length; i++) {
                long first = (number << PAGE_BITS) + ((long) i << 6);
                for (long word = page[i]; word != 0; word &= word - 1) {
                    visitor.accept(first + Long.numberOfTrailingZeros(word));
                }
            }
        });
    }

    /**
     * Returns a bit for each of the first rows of the file, set for those of this set: the first row is the highest bit of
     * the first byte.
     */
    byte[] bits(int rows) {
        byte[] bits = new byte[Math.max(1, (int) ((rows + Byte.SIZE - 1L) / Byte.SIZE))];
        pages.forEach((number, page) -> {
            long at = number << (PAGE_BITS - 3);
            for (int i = 0; i < page.length; i++, at += Long.BYTES) {
                copy(page[i], bits, at);
            }
        });
        return bits;
    }

    private static void copy(long word, byte[] bits, long at) {
        long reversed = word == 0 ? 0 : Long.reverse(word);
        for (int i = 0; reversed != 0 && at + i < bits.length; i++, reversed <<= Byte.SIZE) {
            bits[(int) at + i] = (byte) (reversed >>> (Long.SIZE - Byte.SIZE));
        }
    }

    /** Returns about how much memory the set takes. */
    long bytes() {
        return pages.size() * (PAGE_WORDS * 8L + MAP_ENTRY_BYTES);
    }
}
