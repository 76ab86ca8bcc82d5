package dev.eider.cli.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;

/**
 * The columns of one batch, with codes replaced by what they stand for.
 *
 * <p>Owns the columns that it decoded, and frees them when it is closed; the others stay the stream's.
 *
 * @param columns all columns, in order
 * @param decoded those among them that were made here
 * @param rows how many rows they have
 */
record DecodedBatch(List<FieldVector> columns, List<FieldVector> decoded, int rows) implements AutoCloseable {

    static DecodedBatch of(VectorSchemaRoot root, DictionaryProvider dictionaries) {
        List<FieldVector> columns = new ArrayList<>();
        List<FieldVector> decoded = new ArrayList<>();
        for (FieldVector column : root.getFieldVectors()) {
            DictionaryEncoding encoding = column.getField().getDictionary();
            if (encoding == null) {
                columns.add(column);
                continue;
            }
            ValueVector plain = DictionaryEncoder.decode(column, dictionaries.lookup(encoding.getId()));
            columns.add((FieldVector) plain);
            decoded.add((FieldVector) plain);
        }
        return new DecodedBatch(columns, decoded, root.getRowCount());
    }

    @Override
    public void close() {
        decoded.forEach(ValueVector::close);
    }
}
