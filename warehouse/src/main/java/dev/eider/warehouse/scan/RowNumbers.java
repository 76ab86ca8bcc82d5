package dev.eider.warehouse.scan;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of row numbers of one data file, such as those that are deleted.
 *
 * <p>Kept in pages: a page with few rows has their numbers, one with many has bits, so that a set takes about two bytes
 * for a row, and never more than a bit for each row of the pages that it touches. Immutable.
 */
final class RowNumbers {
    private static final int PAGE_BITS = 16;
    private static final int PAGE_WORDS = 1 << (PAGE_BITS - 6);
    /** With more rows, numbers take more memory than bits. */
    private static final int MAX_NUMBERS = PAGE_WORDS * Long.BYTES / Character.BYTES;

    private static final int HEADER_BYTES = 64;
    private static final int PAGE_BYTES = 48;

    /** The numbers of the pages, in their order. */
    private final long[] numbers;

    private final Page[] pages;
    private final long size;

    private RowNumbers(long[] numbers, Page[] pages) {
        this.numbers = numbers;
        this.pages = pages;
        this.size = Arrays.stream(pages).mapToLong(Page::size).sum();
    }

    /** The rows of a page, as numbers within the page. */
    private sealed interface Page {
        int size();

        long bytes();

        void addTo(PageBuilder builder);

        void forEach(long first, LongConsumer visitor);

        /** Sets the bits of the rows, from a byte on; those beyond the last byte are left out. */
        void copy(byte[] bits, long at);
    }

    private static final class Numbers implements Page {
        private final char[] rows;

        private Numbers(char[] rows) {
            this.rows = rows;
        }

        @Override
        public int size() {
            return rows.length;
        }

        @Override
        public long bytes() {
            return (long) rows.length * Character.BYTES;
        }

        @Override
        public void addTo(PageBuilder builder) {
            for (char row : rows) {
                builder.add(row);
            }
        }

        @Override
        public void forEach(long first, LongConsumer visitor) {
            for (char row : rows) {
                visitor.accept(first + row);
            }
        }

        @Override
        public void copy(byte[] bits, long at) {
            for (char row : rows) {
                long place = at + row / Byte.SIZE;
                if (place < bits.length) {
                    bits[(int) place] |= (byte) (0x80 >>> row % Byte.SIZE);
                }
            }
        }
    }

    private static final class Bits implements Page {
        private final long[] words;

        private Bits(long[] words) {
            this.words = words;
        }

        @Override
        public int size() {
            return Arrays.stream(words).mapToInt(Long::bitCount).sum();
        }

        @Override
        public long bytes() {
            return (long) words.length * Long.BYTES;
        }

        @Override
        public void addTo(PageBuilder builder) {
            long[] all = builder.bits();
            for (int i = 0; i < words.length; i++) {
                all[i] |= words[i];
            }
        }

        @Override
        public void forEach(long first, LongConsumer visitor) {
            for (int i = 0; i < words.length; i++) {
                for (long word = words[i]; word != 0; word &= word - 1) {
                    visitor.accept(first + ((long) i << 6) + Long.numberOfTrailingZeros(word));
                }
            }
        }

        @Override
        public void copy(byte[] bits, long at) {
            for (int i = 0; i < words.length; i++) {
                long reversed = words[i] == 0 ? 0 : Long.reverse(words[i]);
                long place = at + (long) i * Long.BYTES;
                for (; reversed != 0 && place < bits.length; place++, reversed <<= Byte.SIZE) {
                    bits[(int) place] = (byte) (reversed >>> (Long.SIZE - Byte.SIZE));
                }
            }
        }
    }

    /** Collects row numbers. Confined to one thread, for one set. */
    static final class Builder {
        private final Map<Long, PageBuilder> pages = new TreeMap<>();

        /** Adds a row number, which is not negative. */
        void add(long row) {
            page(row >>> PAGE_BITS).add((char) row);
        }

        private PageBuilder page(long number) {
            return pages.computeIfAbsent(number, missing -> new PageBuilder());
        }

        /** Returns the set; the builder is not used again. */
        RowNumbers build() {
            return new RowNumbers(
                    pages.keySet().stream().mapToLong(Long::longValue).toArray(),
                    pages.values().stream().map(PageBuilder::build).toArray(Page[]::new));
        }
    }

    /** Collects the rows of a page. Confined to one thread. */
    private static final class PageBuilder {
        private char[] rows = new char[2];
        private int size;
        private long @Nullable [] words;

        void add(char row) {
            if (words == null && (size == 0 || row > rows[size - 1]) && size < MAX_NUMBERS) {
                insert(row, size);
                return;
            }
            int place = words == null ? Arrays.binarySearch(rows, 0, size, row) : -1;
            if (place < 0) {
                if (words == null && size < MAX_NUMBERS) {
                    insert(row, -place - 1);
                } else {
                    bits()[row >>> 6] |= 1L << row;
                }
            }
        }

        private void insert(char row, int place) {
            if (size == rows.length) {
                rows = Arrays.copyOf(rows, size * 2);
            }
            System.arraycopy(rows, place, rows, place + 1, size - place);
            rows[place] = row;
            size++;
        }

        /** Returns the rows as bits, which the caller may add to. */
        long[] bits() {
            if (words == null) {
                words = new long[PAGE_WORDS];
                for (int i = 0; i < size; i++) {
                    words[rows[i] >>> 6] |= 1L << rows[i];
                }
            }
            return words;
        }

        Page build() {
            return words == null ? new Numbers(Arrays.copyOf(rows, size)) : new Bits(words);
        }
    }

    /** Returns the rows that are in any of the sets. */
    static RowNumbers union(List<RowNumbers> sets) {
        if (sets.size() == 1) {
            return sets.get(0);
        }
        Builder all = new Builder();
        for (RowNumbers set : sets) {
            for (int i = 0; i < set.pages.length; i++) {
                set.pages[i].addTo(all.page(set.numbers[i]));
            }
        }
        return all.build();
    }

    /** Returns how many rows are in the set. */
    long size() {
        return size;
    }

    /** Visits the rows of the set in their order. */
    void forEach(LongConsumer visitor) {
        for (int i = 0; i < pages.length; i++) {
            pages[i].forEach(numbers[i] << PAGE_BITS, visitor);
        }
    }

    /**
     * Returns a bit for each of the first rows of the file, set for those of this set: the first row is the highest bit of
     * the first byte.
     */
    byte[] bits(int rows) {
        byte[] bits = new byte[Math.max(1, (int) ((rows + Byte.SIZE - 1L) / Byte.SIZE))];
        for (int i = 0; i < pages.length; i++) {
            pages[i].copy(bits, numbers[i] << (PAGE_BITS - 3));
        }
        return bits;
    }

    /** Returns about how much memory the set takes. */
    long bytes() {
        long bytes = HEADER_BYTES;
        for (Page page : pages) {
            bytes += PAGE_BYTES + page.bytes();
        }
        return bytes;
    }
}
