package dev.eider.cli.display;

import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.LargeListViewVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.ListViewVector;

/**
 * Where the elements of one list lie, whichever of Arrow's five list layouts holds it. Immutable.
 *
 * @param elements the vector of all lists' elements
 * @param start index of the first element of this list
 * @param length how many there are
 */
record ListSlice(ValueVector elements, int start, int length) {

    /** Finds the elements of the list, or of the map, at {@code row}. */
    static ListSlice of(ValueVector vector, int row) {
        if (vector instanceof ListVector list) {
            int start = list.getElementStartIndex(row);
            return new ListSlice(list.getDataVector(), start, list.getElementEndIndex(row) - start);
        }
        if (vector instanceof LargeListVector list) {
            long start = list.getElementStartIndex(row);
            return new ListSlice(
                    list.getDataVector(),
                    Math.toIntExact(start),
                    Math.toIntExact(list.getElementEndIndex(row) - start));
        }
        if (vector instanceof ListViewVector list) {
            int start = list.getElementStartIndex(row);
            return new ListSlice(list.getDataVector(), start, list.getElementEndIndex(row) - start);
        }
        if (vector instanceof LargeListViewVector list) {
            long start = list.getOffsetBuffer().getLong((long) row * Long.BYTES);
            long length = list.getSizeBuffer().getLong((long) row * Long.BYTES);
            return new ListSlice(list.getDataVector(), Math.toIntExact(start), Math.toIntExact(length));
        }
        FixedSizeListVector list = (FixedSizeListVector) vector;
        return new ListSlice(list.getDataVector(), row * list.getListSize(), list.getListSize());
    }
}
