package dev.eider.warehouse.types;

import java.util.BitSet;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;

/**
 * Checks a vector and everything nested in it: first that its buffers are as long as its layout says, then what they
 * say about each other, then whether NULL may be where it is. Immutable.
 *
 * @param dictionaries what dictionary-encoded vectors refer to
 */
record VectorCheck(DictionaryProvider dictionaries) {

    /** Checks {@code vector} for a column or nested field with that {@code rule}. */
    void check(FieldVector vector, FieldRule rule, Reach reach) {
        checkLayout(vector, rule, reach);
        DictionaryEncoding encoding = vector.getField().getDictionary();
        if (encoding == null) {
            requireValues(vector, rule, reach);
        } else {
            checkDictionary(vector, encoding, rule, reach);
        }
    }

    private void checkLayout(FieldVector vector, FieldRule rule, Reach reach) {
        BufferCheck buffers = new BufferCheck(rule.path());
        int count = vector.getValueCount();
        if (count < 0) {
            throw InvalidBuffer.in(rule.path(), "has %d values".formatted(count));
        }
        if (vector instanceof NullVector) {
            return;
        }
        if (vector instanceof ExtensionTypeVector<?> extension) {
            FieldVector storage = (FieldVector) extension.getUnderlyingVector();
            checkLayout(storage, rule, reach);
            return;
        }
        buffers.bits(vector.getValidityBuffer(), count);
        if (vector instanceof BaseFixedWidthVector values) {
            checkFixedWidth(values, buffers);
        } else if (vector instanceof BaseVariableWidthVector
                || vector instanceof BaseLargeVariableWidthVector
                || vector instanceof BaseVariableWidthViewVector) {
            new BytesCheck(buffers).check(vector);
        } else if (vector instanceof StructVector struct) {
            checkStruct(struct, rule, reach);
        } else {
            checkList(vector, rule, reach);
        }
    }

    private static void checkFixedWidth(BaseFixedWidthVector vector, BufferCheck buffers) {
        int count = vector.getValueCount();
        ArrowBuf values = vector.getDataBuffer();
        if (vector instanceof BitVector) {
            buffers.bits(values, count);
            return;
        }
        buffers.values(values, count, vector.getTypeWidth());
        if (vector instanceof DecimalVector decimals) {
            buffers.decimals(values, vector.getValidityBuffer(), count, decimals.getPrecision());
        }
    }

    private void checkStruct(StructVector struct, FieldRule rule, Reach reach) {
        List<FieldVector> children = struct.getChildrenFromFields();
        for (int i = 0; i < children.size(); i++) {
            FieldVector child = children.get(i);
            FieldRule childRule = rule.children().get(i);
            requireCount(child, struct.getValueCount(), childRule);
            check(child, childRule, reach.child(child));
        }
    }

    private void checkList(FieldVector vector, FieldRule rule, Reach reach) {
        FieldVector elements = vector.getChildrenFromFields().get(0);
        BufferCheck buffers = new BufferCheck(rule.path());
        int count = vector.getValueCount();
        long limit = elements.getValueCount();
        if (vector instanceof ListVector list) {
            buffers.offsets32(list.getOffsetBuffer(), count, limit);
        } else if (vector instanceof LargeListVector list) {
            buffers.offsets64(list.getOffsetBuffer(), count, limit);
        } else if (vector instanceof FixedSizeListVector list) {
            requireCount(elements, (long) count * list.getListSize(), rule);
        } else {
            throw InvalidBuffer.in(rule.path(), "has an unexpected layout");
        }
        check(elements, rule.children().get(0), reach.child(elements));
    }

    private static void requireCount(FieldVector child, long count, FieldRule rule) {
        if (child.getValueCount() < count) {
            throw InvalidBuffer.in(rule.path(), "has %d values instead of %d".formatted(child.getValueCount(), count));
        }
    }

    private void checkDictionary(FieldVector vector, DictionaryEncoding encoding, FieldRule rule, Reach reach) {
        Dictionary dictionary = dictionaries.lookup(encoding.getId());
        if (dictionary == null) {
            throw InvalidBuffer.in(
                    rule.path(), "refers to dictionary %d, which was not sent".formatted(encoding.getId()));
        }
        FieldVector values = dictionary.getVector();
        checkLayout(values, rule, new Reach(values));
        BaseFixedWidthVector positions = (BaseFixedWidthVector) vector;
        ArrowType.Int type = (ArrowType.Int) vector.getField().getType();
        IndexBuffer indices = IndexBuffer.of(positions.getDataBuffer(), positions.getTypeWidth(), type.getIsSigned());
        int count = vector.getValueCount();
        new BufferCheck(rule.path()).indices(indices, vector.getValidityBuffer(), count, values.getValueCount());
        requireValues(vector, rule, reach);
        if (rule.required() && values.getNullCount() > 0) {
            for (int i = 0; i < count; i++) {
                if (!vector.isNull(i)
                        && values.isNull((int) indices.get(i))
                        && reach.slots().get(i)) {
                    throw nullIn(rule, reach, i);
                }
            }
        }
    }

    private static void requireValues(FieldVector vector, FieldRule rule, Reach reach) {
        if (!rule.required() || vector.getNullCount() == 0) {
            return;
        }
        BitSet slots = reach.slots();
        for (int i = slots.nextSetBit(0); i >= 0; i = slots.nextSetBit(i + 1)) {
            if (vector.isNull(i)) {
                throw nullIn(rule, reach, i);
            }
        }
    }

    private static RuntimeException nullIn(FieldRule rule, Reach reach, int slot) {
        return InvalidBuffer.in(rule.path(), "is required, but NULL in row %d of a batch".formatted(reach.row(slot)));
    }
}
