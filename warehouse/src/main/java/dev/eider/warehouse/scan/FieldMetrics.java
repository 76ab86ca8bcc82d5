package dev.eider.warehouse.scan;

/**
 * What the files of a manifest say about one field. Immutable.
 *
 * @param lower bounds as they were written, by the type that the field had then
 * @param upper likewise; of strings and bytes these may be longer or shorter than any value
 * @param values counts, nulls and NaNs included; {@link #UNKNOWN} where the file does not say
 * @param nulls likewise
 * @param nans likewise
 */
record FieldMetrics(BytesColumn lower, BytesColumn upper, LongColumn values, LongColumn nulls, LongColumn nans) {
    static final long UNKNOWN = -1;
    private static final int HEADER_BYTES = 96;

    /** Returns whether a file is known to have nothing but nulls here. */
    boolean allNull(int row) {
        long count = values.get(row);
        return count != UNKNOWN && count == nulls.get(row);
    }

    /** Returns about how much memory this takes. */
    long bytes() {
        return HEADER_BYTES + lower.bytes() + upper.bytes() + values.bytes() + nulls.bytes() + nans.bytes();
    }

    /** Collects the metrics of one field, file by file. Confined to one thread. */
    static final class Builder {
        private final BytesColumn.Builder lower = new BytesColumn.Builder();
        private final BytesColumn.Builder upper = new BytesColumn.Builder();
        private final LongColumn.Builder values = new LongColumn.Builder();
        private final LongColumn.Builder nulls = new LongColumn.Builder();
        private final LongColumn.Builder nans = new LongColumn.Builder();

        BytesColumn.Builder lower() {
            return lower;
        }

        BytesColumn.Builder upper() {
            return upper;
        }

        LongColumn.Builder values() {
            return values;
        }

        LongColumn.Builder nulls() {
            return nulls;
        }

        LongColumn.Builder nans() {
            return nans;
        }

        FieldMetrics build(int size) {
            return new FieldMetrics(
                    lower.build(size),
                    upper.build(size),
                    values.build(size, UNKNOWN),
                    nulls.build(size, UNKNOWN),
                    nans.build(size, UNKNOWN));
        }
    }
}
