package dev.eider.warehouse.scan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdatePartitionSpec;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.expressions.Term;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Random changes of a table's columns and partitioning. */
final class RandomEvolution {
    private final Table table;
    private final RandomValues values;
    private final Random random;
    private final int formatVersion;
    /** Iceberg's reader fails on a table whose equality fields were dropped. */
    private final Set<Integer> neverDropped;

    RandomEvolution(Table table, RandomValues values, Random random, int formatVersion, Set<Integer> neverDropped) {
        this.table = table;
        this.values = values;
        this.random = random;
        this.formatVersion = formatVersion;
        this.neverDropped = neverDropped;
    }

    static PartitionSpec spec(Schema schema, Random random) {
        PartitionSpec.Builder spec = PartitionSpec.builderFor(schema);
        if (random.nextBoolean() && canBeConstant(schema.columns().get(0).type())) {
            NestedField column = schema.columns().get(0);
            String name = column.name();
            switch (random.nextInt(3)) {
                case 0 -> spec.identity(name);
                case 1 -> truncateOrIdentity(spec, column);
                default -> bucketOrIdentity(spec, column);
            }
        }
        return spec.build();
    }

    private static void truncateOrIdentity(PartitionSpec.Builder spec, NestedField column) {
        if (org.apache.iceberg.transforms.Transforms.truncate(2).canTransform(column.type())) {
            spec.truncate(column.name(), 2);
        } else {
            spec.identity(column.name());
        }
    }

    private static void bucketOrIdentity(PartitionSpec.Builder spec, NestedField column) {
        if (org.apache.iceberg.transforms.Transforms.bucket(3).canTransform(column.type())) {
            spec.bucket(column.name(), 3);
        } else {
            spec.identity(column.name());
        }
    }

    /** Changes one field, at the top or below, and returns how; some changes are not possible, and none is made. */
    String schema() {
        Schema schema = table.schema();
        List<String> paths =
                new ArrayList<>(TypeUtil.indexByName(schema.asStruct()).keySet());
        paths.sort(String::compareTo);
        String path = paths.get(random.nextInt(paths.size()));
        NestedField field = schema.findField(path);
        UpdateSchema update = table.updateSchema();
        String done;
        try {
            done = change(schema, path, field, update);
            update.commit();
        } catch (IllegalArgumentException
                | UnsupportedOperationException
                | org.apache.iceberg.exceptions.ValidationException e) {
            return "impossible: " + e.getMessage();
        }
        return done;
    }

    private String change(Schema schema, String path, NestedField field, UpdateSchema update) {
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                String name = values.name();
                update.renameColumn(path, name);
                return "rename " + path + " to " + name;
            }
            case 2 -> {
                if (schema.columns().size() < 2 || isNeeded(field)) {
                    return "keep " + path;
                }
                update.deleteColumn(path);
                if (random.nextBoolean() || isAlone(schema, field)) {
                    String parent = path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : null;
                    update.addColumn(parent, field.name(), values.primitive());
                    return "replace " + path;
                }
                return "drop " + path;
            }
            case 3 -> {
                if (isTruncated(field)) {
                    return "keep " + path;
                }
                Type.PrimitiveType wider = wider(field.type());
                update.updateColumn(path, wider);
                return "widen " + path + " to " + wider;
            }
            case 4 -> {
                update.moveFirst(path);
                return "move " + path;
            }
            case 5 -> {
                update.makeColumnOptional(path);
                return "optional " + path;
            }
            default -> {
                return add(path, field, update);
            }
        }
    }

    /** Iceberg writes and plans such tables no more once the column is wider, until their metadata is read anew. */
    private boolean isTruncated(NestedField field) {
        return table.specs().values().stream()
                .flatMap(spec -> spec.fields().stream())
                .anyMatch(part -> part.sourceId() == field.fieldId()
                        && part.transform().toString().startsWith("truncate"));
    }

    private String add(String path, NestedField field, UpdateSchema update) {
        String parent = null;
        if (field.type().isNestedType() && random.nextInt(4) != 0) {
            parent = path;
        }
        String name = values.name();
        Type.PrimitiveType type = values.primitive();
        Literal<?> initial = values.literal(type);
        // Iceberg writes metadata with such defaults, and cannot read it.
        boolean readable =
                !initial.toString().equals("NaN") && !initial.toString().endsWith("Infinity");
        if (formatVersion >= 3 && readable && random.nextBoolean()) {
            if (random.nextBoolean()) {
                update.addRequiredColumn(parent, name, type, initial);
            } else {
                update.addColumn(parent, name, type, initial);
            }
            return "add " + parent + " . " + name + " " + type + " default " + initial;
        }
        Type any = values.type(2, new int[] {1_000});
        update.addColumn(parent, name, any);
        return "add " + parent + " . " + name + " " + any;
    }

    /** The engine has no structs without fields: such tables are refused. */
    private static boolean isAlone(Schema schema, NestedField field) {
        Integer parent = TypeUtil.indexParents(schema.asStruct()).get(field.fieldId());
        Type type =
                parent == null ? schema.asStruct() : schema.findField(parent).type();
        return parent != null
                && type.isStructType()
                && type.asStructType().fields().size() == 1;
    }

    private boolean isNeeded(NestedField field) {
        Set<Integer> ids =
                new HashSet<>(TypeUtil.indexById(Types.StructType.of(field)).keySet());
        Set<Integer> partitioned = new HashSet<>();
        table.specs().values().forEach(spec -> spec.fields().forEach(one -> partitioned.add(one.sourceId())));
        ids.removeIf(id -> !neverDropped.contains(id) && !partitioned.contains(id));
        return !ids.isEmpty();
    }

    private Type.PrimitiveType wider(Type type) {
        return switch (type.typeId()) {
            case INTEGER -> Types.LongType.get();
            case FLOAT -> Types.DoubleType.get();
            case DECIMAL ->
                Types.DecimalType.of(
                        ((Types.DecimalType) type).precision() + 1 + random.nextInt(10),
                        ((Types.DecimalType) type).scale());
            default -> throw new IllegalArgumentException("nothing is wider than " + type);
        };
    }

    String partitioning() {
        UpdatePartitionSpec update = table.updateSpec();
        List<PartitionField> fields = table.spec().fields();
        try {
            if (!fields.isEmpty() && random.nextBoolean()) {
                update.removeField(fields.get(random.nextInt(fields.size())).name());
            } else {
                Map<String, NestedField> columns = new TreeMap<>();
                collect("", table.schema().asStruct(), columns);
                List<String> paths = List.copyOf(columns.keySet());
                String path = paths.get(random.nextInt(paths.size()));
                Type type = Objects.requireNonNull(columns.get(path)).type();
                if (!canBeConstant(type)) {
                    return "keep partitions";
                }
                update.addField(term(path, type));
            }
            update.commit();
        } catch (IllegalArgumentException | org.apache.iceberg.exceptions.ValidationException e) {
            return "impossible: " + e.getMessage();
        }
        return "partition by " + table.spec();
    }

    /** Collects the fields that a table can be partitioned by, in structs too. */
    private static void collect(String prefix, Types.StructType struct, Map<String, NestedField> fields) {
        for (NestedField field : struct.fields()) {
            if (field.type().isStructType()) {
                collect(prefix + field.name() + ".", field.type().asStructType(), fields);
            } else {
                fields.put(prefix + field.name(), field);
            }
        }
    }

    /** Iceberg's reader hands out partition values of these types as it stores them. */
    private static boolean canBeConstant(Type type) {
        return type.typeId() != Type.TypeID.FIXED && type.typeId() != Type.TypeID.TIMESTAMP_NANO;
    }

    private Term term(String name, Type type) {
        boolean moment = type.typeId() == Type.TypeID.TIMESTAMP || type.typeId() == Type.TypeID.DATE;
        return switch (random.nextInt(4)) {
            case 0 -> Expressions.bucket(name, 2);
            case 1 -> moment ? Expressions.year(name) : Expressions.truncate(name, 3);
            case 2 -> moment ? Expressions.day(name) : Expressions.bucket(name, 4);
            default -> Expressions.ref(name);
        };
    }
}
