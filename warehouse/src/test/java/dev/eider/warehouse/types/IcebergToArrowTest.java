package dev.eider.warehouse.types;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.duckdb.DuckDBResultSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IcebergToArrowTest {
    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
    }

    @ParameterizedTest
    @MethodSource("types")
    void foretellsWhatDuckDbExports(Type type) throws Exception {
        Schema table = new Schema(required(1, "The \"column\"", type));

        assertThat(IcebergToArrow.schema(table)).isEqualTo(exported(table));
    }

    static Stream<Type> types() {
        Type struct = Types.StructType.of(
                required(10, "a", Types.IntegerType.get()), optional(11, "B c", Types.UUIDType.get()));
        Type list = Types.ListType.ofRequired(12, struct);
        return Stream.of(
                Types.BooleanType.get(),
                Types.IntegerType.get(),
                Types.LongType.get(),
                Types.FloatType.get(),
                Types.DoubleType.get(),
                Types.DecimalType.of(4, 2),
                Types.DecimalType.of(38, 38),
                Types.StringType.get(),
                Types.BinaryType.get(),
                Types.FixedType.ofLength(7),
                Types.UUIDType.get(),
                Types.DateType.get(),
                Types.TimeType.get(),
                Types.TimestampType.withoutZone(),
                Types.TimestampType.withZone(),
                Types.TimestampNanoType.withoutZone(),
                struct,
                list,
                Types.ListType.ofOptional(13, list),
                Types.MapType.ofRequired(14, 15, Types.UUIDType.get(), list),
                Types.MapType.ofOptional(
                        16, 17, Types.StructType.of(optional(18, "k", Types.TimeType.get())), Types.DateType.get()));
    }

    private org.apache.arrow.vector.types.pojo.Schema exported(Schema table) throws Exception {
        String select = table.columns().stream()
                .map(IcebergToArrowTest::empty)
                .collect(Collectors.joining(", ", "SELECT ", ""));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                PreparedStatement zone = connection.prepareStatement("SET TimeZone='UTC'");
                PreparedStatement statement = connection.prepareStatement(select)) {
            zone.execute();
            try (DuckDBResultSet rows = (DuckDBResultSet) statement.executeQuery();
                    ArrowReader reader = (ArrowReader) rows.arrowExportStream(allocator, 1)) {
                return reader.getVectorSchemaRoot().getSchema();
            }
        }
    }

    private static String empty(NestedField column) {
        return Sql.cast("NULL", DuckDbTypes.of(column.type())) + " AS " + Sql.name(column.name());
    }

    @Test
    void refusesTypesThatDuckDbDoesNotHave() {
        for (Type type : List.of(Types.TimestampNanoType.withZone(), Types.VariantType.get())) {
            Schema table = new Schema(optional(1, "c", type));

            Field unreadable = IcebergToArrow.schema(table).getFields().get(0);
            assertThat(unreadable.getType()).isEqualTo(ArrowType.Null.INSTANCE);
            assertThat(unreadable.getMetadata().get(IcebergToArrow.UNREADABLE)).contains(type.toString());
            assertThatThrownBy(() -> DuckDbTypes.of(type))
                    .isInstanceOf(EiderException.class)
                    .hasMessageContaining(type.toString());
        }
    }
}
