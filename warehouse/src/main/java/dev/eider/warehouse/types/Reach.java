package dev.eider.warehouse.types;

import java.util.BitSet;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.jspecify.annotations.Nullable;

/**
 * Which values of a nested vector belong to a row at all: those under parents that are not NULL. Worked out on demand,
 * since most nested vectors hold no NULL that raises the question. Confined to one thread; buffers must have been
 * checked.
 */
final class Reach {
    private final FieldVector vector;
    private final @Nullable Reach parent;
    private @Nullable BitSet slots;

    /** The reach of a column: all its values. */
    Reach(FieldVector column) {
        this.vector = column;
        this.parent = null;
    }

    private Reach(FieldVector vector, Reach parent) {
        this.vector = vector;
        this.parent = parent;
    }

    /** Returns the reach of a vector nested in this one. */
    Reach child(FieldVector nested) {
        return new Reach(nested, this);
    }

    /** Returns the positions that belong to rows; not to be changed. */
    BitSet slots() {
        BitSet known = slots;
        if (known == null) {
            known = parent == null ? all(vector.getValueCount()) : parent.childSlots();
            slots = known;
        }
        return known;
    }

    /** Returns the row that the value at {@code slot} belongs to. */
    int row(int slot) {
        if (parent == null) {
            return slot;
        }
        BitSet owners = parent.slots();
        for (int i = owners.nextSetBit(0); i >= 0; i = owners.nextSetBit(i + 1)) {
            if (!parent.vector.isNull(i) && parent.start(i) <= slot && slot < parent.end(i)) {
                return parent.row(i);
            }
        }
        return 0;
    }

    private static BitSet all(int count) {
        BitSet all = new BitSet(count);
        all.set(0, count);
        return all;
    }

    private BitSet childSlots() {
        BitSet reached = new BitSet();
        BitSet owners = slots();
        for (int i = owners.nextSetBit(0); i >= 0; i = owners.nextSetBit(i + 1)) {
            if (!vector.isNull(i)) {
                reached.set(start(i), end(i));
            }
        }
        return reached;
    }

    private int start(int index) {
        if (vector instanceof StructVector) {
            return index;
        }
        if (vector instanceof FixedSizeListVector list) {
            return index * list.getListSize();
        }
        return offset(index);
    }

    private int end(int index) {
        if (vector instanceof StructVector) {
            return index + 1;
        }
        if (vector instanceof FixedSizeListVector list) {
            return (index + 1) * list.getListSize();
        }
        return offset(index + 1);
    }

    private int offset(int index) {
        if (vector instanceof LargeListVector list) {
            return (int) list.getOffsetBuffer().getLong(8L * index);
        }
        return ((ListVector) vector).getOffsetBuffer().getInt(4L * index);
    }
}
