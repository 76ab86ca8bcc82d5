package dev.eider.warehouse.scan;

import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;

/** What is done with the next value of an Avro file: read it, or go past it. */
@FunctionalInterface
interface AvroStep {
    int DEEPEST = 32;

    void run(AvroCursor in) throws IOException;

    /** Makes a step of what a value is written as. */
    @FunctionalInterface
    interface Reading {
        AvroStep of(Schema schema) throws UnusualManifestException;
    }

    /** Reads a value that may be a null, whichever of the two is written first. */
    static AvroStep optional(Schema schema, Reading value, AvroStep absent) throws UnusualManifestException {
        if (schema.getType() != Schema.Type.UNION) {
            return value.of(schema);
        }
        List<Schema> branches = schema.getTypes();
        int empty = branches.size() != 2 ? -1 : branches.get(0).getType() == Schema.Type.NULL ? 0 : 1;
        if (empty < 0 || branches.get(empty).getType() != Schema.Type.NULL) {
            throw new UnusualManifestException("A union of more than a value and a null");
        }
        AvroStep present = value.of(branches.get(1 - empty));
        return in -> {
            long branch = in.readLong();
            if (branch == 1 - empty) {
                present.run(in);
            } else if (branch == empty) {
                absent.run(in);
            } else {
                throw new IOException("A union of two has no choice %d".formatted(branch));
            }
        };
    }

    /** Goes past a value. */
    static AvroStep skip(Schema schema) throws UnusualManifestException {
        return skip(schema, 0);
    }

    private static AvroStep skip(Schema schema, int depth) throws UnusualManifestException {
        if (depth > DEEPEST) {
            throw new UnusualManifestException("A schema that may be without end");
        }
        return switch (schema.getType()) {
            case NULL -> in -> {};
            case BOOLEAN -> in -> in.skip(1);
            case INT, LONG, ENUM -> AvroCursor::readLong;
            case FLOAT -> in -> in.skip(Float.BYTES);
            case DOUBLE -> in -> in.skip(Double.BYTES);
            case STRING, BYTES -> in -> in.skip(in.readLength());
            case FIXED -> fixed(schema);
            case UNION -> optional(schema, branch -> skip(branch, depth + 1), in -> {});
            case RECORD -> record(schema, depth);
            case ARRAY -> items(skip(schema.getElementType(), depth + 1));
            case MAP -> {
                AvroStep value = skip(schema.getValueType(), depth + 1);
                yield items(in -> {
                    in.skip(in.readLength());
                    value.run(in);
                });
            }
        };
    }

    /** Iceberg writes bytes of a fixed length in a way of its own, unless they are a decimal or a UUID. */
    private static AvroStep fixed(Schema schema) throws UnusualManifestException {
        if (schema.getLogicalType() == null) {
            throw new UnusualManifestException("Bytes of a fixed length");
        }
        int length = schema.getFixedSize();
        return in -> in.skip(length);
    }

    private static AvroStep record(Schema schema, int depth) throws UnusualManifestException {
        List<Schema.Field> fields = schema.getFields();
        AvroStep[] steps = new AvroStep[fields.size()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = skip(fields.get(i).schema(), depth + 1);
        }
        return all(steps);
    }

    /** Does one step after the other. */
    static AvroStep all(AvroStep... steps) {
        return in -> {
            for (AvroStep step : steps) {
                step.run(in);
            }
        };
    }

    /** Does a step for each item of an array or a map. */
    static AvroStep items(AvroStep item) {
        return in -> {
            for (long count = in.readItems(); count > 0; count = in.readItems()) {
                for (long i = 0; i < count; i++) {
                    item.run(in);
                }
            }
        };
    }
}
