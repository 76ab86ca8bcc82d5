package dev.eider.cli.display;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Prints rows as JSON objects, one a line, alone or as the elements of an array.
 *
 * <p>Numbers stay exact numbers; NaN and the infinities, which JSON lacks, are the texts {@code "nan"}, {@code "inf"} and
 * {@code "-inf"}. Timestamps are ISO 8601 with a {@code T}, binary is {@code \x} and hex. Holds one row. Confined to one
 * thread.
 */
public final class JsonSink implements RowSink {
    private final PrintStream out;
    private final boolean array;
    private final JsonGenerator json;
    private List<Field> fields = List.of();
    private boolean any;

    /** Prints to {@code out}, which stays the caller's; with {@code array}, one array of all rows. */
    public JsonSink(PrintStream out, boolean array) {
        this.out = out;
        this.array = array;
        try {
            this.json = JsonFactory.builder()
                    .build()
                    .createGenerator(out)
                    .configure(JsonGenerator.Feature.AUTO_CLOSE_TARGET, false)
                    .configure(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM, false)
                    .setPrettyPrinter(new MinimalPrettyPrinter(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void start(Schema schema) {
        fields = schema.getFields();
        try {
            if (array) {
                json.writeRaw("[");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void batch(List<FieldVector> columns, int rows) {
        try {
            for (int row = 0; row < rows; row++) {
                separate();
                json.writeStartObject();
                for (int column = 0; column < columns.size(); column++) {
                    json.writeFieldName(fields.get(column).getName());
                    write(CellValues.at(columns.get(column), row));
                }
                json.writeEndObject();
                if (!array) {
                    json.writeRaw('\n');
                }
            }
            json.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void separate() throws IOException {
        if (array) {
            json.writeRaw(any ? ",\n" : "\n");
        }
        any = true;
    }

    @Override
    public void finish(String summary) {
        try {
            if (array) {
                json.writeRaw(any ? "\n]\n" : "]\n");
            }
            json.flush();
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(@Nullable Object value) throws IOException {
        if (value == null) {
            json.writeNull();
        } else if (value instanceof Boolean bool) {
            json.writeBoolean(bool);
        } else if (value instanceof Number number) {
            writeNumber(number);
        } else if (value instanceof List<?> elements) {
            writeArray(elements);
        } else if (value instanceof CellValues.Struct struct) {
            json.writeStartObject();
            for (int i = 0; i < struct.names().size(); i++) {
                json.writeFieldName(struct.names().get(i));
                write(struct.values().get(i));
            }
            json.writeEndObject();
        } else if (value instanceof CellValues.Entries entries) {
            json.writeStartObject();
            for (int i = 0; i < entries.keys().size(); i++) {
                Object key = entries.keys().get(i);
                json.writeFieldName(key == null ? "null" : CellText.of(key));
                write(entries.values().get(i));
            }
            json.writeEndObject();
        } else if (value instanceof LocalDateTime timestamp) {
            json.writeString(DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(timestamp));
        } else if (value instanceof OffsetDateTime timestamp) {
            json.writeString(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(timestamp));
        } else {
            json.writeString(CellText.of(value));
        }
    }

    private void writeArray(List<?> elements) throws IOException {
        json.writeStartArray();
        for (Object element : elements) {
            write(element);
        }
        json.writeEndArray();
    }

    private void writeNumber(Number number) throws IOException {
        if (number instanceof BigDecimal decimal) {
            json.writeNumber(decimal.toPlainString());
        } else if (number instanceof BigInteger integer) {
            json.writeNumber(integer);
        } else if (number instanceof Long integer) {
            json.writeNumber(integer);
        } else if (Double.isNaN(number.doubleValue()) || Double.isInfinite(number.doubleValue())) {
            json.writeString(CellText.of(number));
        } else if (number instanceof Float single) {
            json.writeNumber(single);
        } else {
            json.writeNumber(number.doubleValue());
        }
    }
}
