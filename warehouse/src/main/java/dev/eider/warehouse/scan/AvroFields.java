package dev.eider.warehouse.scan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;

/** Makes the steps that go through a record: some of its fields are read, by their ids, the others skipped. */
final class AvroFields {
    private static final String ID = "field-id";

    private final Map<Integer, AvroStep.Reading> readings = new HashMap<>();
    private final List<Integer> order = new ArrayList<>();

    /** Says how a field is read. */
    AvroFields read(int id, AvroStep.Reading reading) {
        readings.put(id, reading);
        return this;
    }

    /** Says how a field is read that may be a null, which then is as if it were not there. */
    AvroFields readOptional(int id, AvroStep.Reading reading) {
        return read(id, schema -> AvroStep.optional(schema, reading, in -> {}));
    }

    /** Says how a field is read that some writers declare as one that may be a null, and never write as one. */
    AvroFields readRequired(int id, AvroStep.Reading reading) {
        return read(
                id,
                schema -> AvroStep.optional(schema, reading, in -> {
                    throw new IOException("Field %d is a null".formatted(id));
                }));
    }

    /** Returns the steps for a record as it is written. */
    AvroStep of(Schema schema) throws UnusualManifestException {
        if (schema.getType() != Schema.Type.RECORD) {
            throw new UnusualManifestException("A %s in place of a record".formatted(schema.getType()));
        }
        List<AvroStep> steps = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            int id = id(field);
            if (id >= 0 && order.contains(id)) {
                throw new UnusualManifestException("Two fields with the id %d".formatted(id));
            }
            order.add(id);
            AvroStep.Reading reading = readings.get(id);
            steps.add(reading == null ? AvroStep.skip(field.schema()) : reading.of(field.schema()));
        }
        return AvroStep.all(steps.toArray(AvroStep[]::new));
    }

    private static int id(Schema.Field field) throws UnusualManifestException {
        Object id = field.getObjectProp(ID);
        if (id == null) {
            return -1;
        }
        if (id instanceof Integer number && number >= 0) {
            return number;
        }
        throw new UnusualManifestException("A field with the id %s".formatted(id));
    }

    /** Requires that these fields are written, in this order; others may be between them. */
    void require(int... ids) throws UnusualManifestException {
        int place = -1;
        for (int id : ids) {
            int found = order.indexOf(id);
            if (found <= place) {
                throw new UnusualManifestException("Field %d is missing or comes early".formatted(id));
            }
            place = found;
        }
    }

    boolean has(int id) {
        return order.contains(id);
    }
}
