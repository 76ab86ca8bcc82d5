package dev.eider.warehouse.read;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types.NestedField;

/** One text for equal rows, with the names of columns and nested fields, whether Spark, Iceberg or Eider read them. */
final class SparkText {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.USE_BIG_INTEGER_FOR_INTS)
            .build();
    private static final DateTimeFormatter MICROS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS");

    private SparkText() {}

    /** Reads what Spark's {@code to_json} wrote. */
    static String ofJson(JsonNode node) {
        if (node.isObject()) {
            StringJoiner fields = new StringJoiner(", ", "{", "}");
            node.properties().forEach(field -> fields.add(field.getKey() + ": " + ofJson(field.getValue())));
            return fields.toString();
        }
        if (node.isArray()) {
            StringJoiner elements = new StringJoiner(", ", "[", "]");
            node.forEach(element -> elements.add(ofJson(element)));
            return elements.toString();
        }
        if (node.isNumber()) {
            return ofNumber(node.decimalValue());
        }
        return node.isNull() ? "null" : node.asText();
    }

    static JsonNode parse(byte[] json) throws java.io.IOException {
        return JSON.readTree(json);
    }

    static List<String> of(VectorSchemaRoot batch) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < batch.getRowCount(); row++) {
            rows.add(of(batch.getFieldVectors(), row));
        }
        return rows;
    }

    static String of(Record row, Schema schema) {
        return of(row, schema.columns());
    }

    private static String of(List<FieldVector> fields, int row) {
        StringJoiner text = new StringJoiner(", ", "{", "}");
        fields.forEach(field -> text.add(field.getName() + ": " + of(field, row)));
        return text.toString();
    }

    private static String of(ValueVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        if (vector instanceof StructVector struct) {
            return of(struct.getChildrenFromFields(), row);
        }
        if (vector instanceof MapVector map) {
            StructVector entries = (StructVector) map.getDataVector();
            StringJoiner text = new StringJoiner(", ", "{", "}");
            for (int i = map.getElementStartIndex(row); i < map.getElementEndIndex(row); i++) {
                text.add(of(entries.getChildByOrdinal(0), i) + ": " + of(entries.getChildByOrdinal(1), i));
            }
            return text.toString();
        }
        if (vector instanceof ListVector list) {
            StringJoiner text = new StringJoiner(", ", "[", "]");
            for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
                text.add(of(list.getDataVector(), i));
            }
            return text.toString();
        }
        if (vector instanceof DateDayVector days) {
            return LocalDate.ofEpochDay(days.get(row)).toString();
        }
        if (vector instanceof TimeStampMicroTZVector micros) {
            return micros(LocalDateTime.ofEpochSecond(
                            Math.floorDiv(micros.get(row), 1_000_000L),
                            (int) Math.floorMod(micros.get(row), 1_000_000L) * 1_000,
                            ZoneOffset.UTC))
                    + "Z";
        }
        return ofValue(vector.getObject(row));
    }

    private static String of(Record row, List<NestedField> fields) {
        StringJoiner text = new StringJoiner(", ", "{", "}");
        for (int i = 0; i < fields.size(); i++) {
            text.add(fields.get(i).name() + ": " + ofValue(row.get(i)));
        }
        return text.toString();
    }

    private static String ofValue(Object value) {
        if (value instanceof Record struct) {
            return of(struct, struct.struct().fields());
        }
        if (value instanceof List<?> list) {
            StringJoiner text = new StringJoiner(", ", "[", "]");
            list.forEach(element -> text.add(ofValue(element)));
            return text.toString();
        }
        if (value instanceof Map<?, ?> map) {
            StringJoiner text = new StringJoiner(", ", "{", "}");
            map.forEach((key, element) -> text.add(ofValue(key) + ": " + ofValue(element)));
            return text.toString();
        }
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return Base64.getEncoder().encodeToString(bytes);
        }
        if (value instanceof OffsetDateTime instant) {
            return micros(instant.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime()) + "Z";
        }
        if (value instanceof LocalDateTime at) {
            return micros(at);
        }
        String text = String.valueOf(value);
        boolean finite = value instanceof Number && !text.equals("NaN") && !text.endsWith("Infinity");
        return finite ? ofNumber(new BigDecimal(text)) : text;
    }

    private static String micros(LocalDateTime at) {
        return MICROS.format(at);
    }

    private static String ofNumber(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
