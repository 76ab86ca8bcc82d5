package dev.eider.warehouse.scan;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.file.CodecFactory;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;

/** Writes a manifest as others might: the same entries by another schema. Confined to one thread. */
final class RewrittenManifest {
    private static final int ENTRIES_OF_A_BLOCK = 8;

    private final Change change;

    /**
     * How the schema is changed.
     *
     * @param backwards records in which the fields come in the opposite order
     * @param dropped the names of fields that are left out
     * @param nullsLast whether unions name their null last
     * @param withIds whether fields have ids
     */
    record Change(Set<String> backwards, Set<String> dropped, boolean nullsLast, boolean withIds) {}

    RewrittenManifest(Change change) {
        this.change = change;
    }

    byte[] of(byte[] manifest) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DataFileStream<GenericRecord> in =
                        new DataFileStream<>(new ByteArrayInputStream(manifest), new GenericDatumReader<>());
                DataFileWriter<Object> writer = new DataFileWriter<>(new GenericDatumWriter<>())) {
            Schema schema = schema(in.getSchema());
            writer.setCodec(CodecFactory.nullCodec());
            writer.create(schema, out);
            int entries = 0;
            for (GenericRecord each : in) {
                writer.append(value(each, schema));
                if (++entries % ENTRIES_OF_A_BLOCK == 0) {
                    writer.sync();
                }
            }
        }
        return out.toByteArray();
    }

    private Schema schema(Schema old) {
        Schema changed =
                switch (old.getType()) {
                    case RECORD -> record(old);
                    case ARRAY -> Schema.createArray(schema(old.getElementType()));
                    case UNION -> {
                        List<Schema> branches = new ArrayList<>(
                                old.getTypes().stream().map(this::schema).toList());
                        if (change.nullsLast()) {
                            Collections.reverse(branches);
                        }
                        yield Schema.createUnion(branches);
                    }
                    default -> new Schema.Parser().parse(old.toString());
                };
        if (old.getType() == Schema.Type.ARRAY || old.getType() == Schema.Type.RECORD) {
            old.getObjectProps().forEach((name, value) -> {
                if (change.withIds() || !name.endsWith("-id")) {
                    changed.addProp(name, value);
                }
            });
        }
        return changed;
    }

    private Schema record(Schema old) {
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : old.getFields()) {
            if (!change.dropped().contains(field.name())) {
                Schema.Field changed = new Schema.Field(
                        field.name(),
                        schema(field.schema()),
                        field.doc(),
                        field.schema().getType() == Schema.Type.UNION && !change.nullsLast()
                                ? JsonProperties.NULL_VALUE
                                : null);
                if (change.withIds()) {
                    field.getObjectProps().forEach(changed::addProp);
                }
                fields.add(changed);
            }
        }
        if (change.backwards().contains(old.getName())) {
            Collections.reverse(fields);
        }
        return Schema.createRecord(old.getName(), old.getDoc(), old.getNamespace(), false, fields);
    }

    private static Object value(Object old, Schema schema) {
        if (schema.getType() == Schema.Type.UNION) {
            int empty = schema.getTypes().get(0).getType() == Schema.Type.NULL ? 0 : 1;
            return old == null ? null : value(old, schema.getTypes().get(1 - empty));
        }
        if (old instanceof GenericRecord entry) {
            GenericData.Record changed = new GenericData.Record(schema);
            schema.getFields()
                    .forEach(field -> changed.put(field.name(), value(entry.get(field.name()), field.schema())));
            return changed;
        }
        if (old instanceof Collection<?> items) {
            return items.stream()
                    .map(item -> value(item, schema.getElementType()))
                    .toList();
        }
        return old;
    }
}
