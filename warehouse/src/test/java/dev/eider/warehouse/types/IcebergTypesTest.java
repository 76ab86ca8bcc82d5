package dev.eider.warehouse.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcebergTypesTest {
    private final IcebergTypes types = new IcebergTypes(2);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BOOLEAN | boolean",
                "TINYINT | int",
                "SMALLINT | int",
                "INTEGER | int",
                "UTINYINT | int",
                "USMALLINT | int",
                "UINTEGER | long",
                "BIGINT | long",
                "UBIGINT | decimal(20, 0)",
                "FLOAT | float",
                "DOUBLE | double",
                "DECIMAL | decimal(18, 3)",
                "VARCHAR | string",
                "JSON | string",
                "BLOB | binary",
                "UUID | uuid",
                "DATE | date",
                "TIME | time",
                "TIMESTAMP | timestamp",
                "TIMESTAMP_S | timestamp",
                "TIMESTAMP_MS | timestamp",
                "TIMESTAMP WITH TIME ZONE | timestamptz",
                "timestamp with time zone | timestamptz"
            })
    void findsTheTypeThatHoldsEveryValue(String name, String type) {
        assertThat(types.primitive(name)).hasToString(type);
    }

    @Test
    void readsPrecisionAndScale() {
        Type decimal = types.primitive("DECIMAL", 10, 2);

        assertThat(decimal).isEqualTo(Types.DecimalType.of(10, 2));
        assertThat(types.primitive("DECIMAL", 10)).isEqualTo(Types.DecimalType.of(10, 0));
        assertThatThrownBy(() -> types.primitive("DECIMAL", 39, 2)).hasMessageContaining("DECIMAL(39, 2)");
        assertThatThrownBy(() -> types.primitive("DECIMAL", 3, 4)).hasMessageContaining("DECIMAL(3, 4)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HUGEINT", "UHUGEINT", "INTERVAL", "BIT", "TIME WITH TIME ZONE", "TIME_NS", "ENUM", "x"})
    void refusesWhatIcebergCannotHold(String name) {
        assertThatThrownBy(() -> types.primitive(name))
                .hasMessageContaining(name)
                .isInstanceOfSatisfying(EiderException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.UNSUPPORTED));
    }

    @Test
    void storesNanosecondsFromFormatVersionThree() {
        assertThatThrownBy(() -> types.primitive("TIMESTAMP_NS")).hasMessageContaining("format version 3");
        assertThat(new IcebergTypes(3).primitive("TIMESTAMP_NS")).isEqualTo(Types.TimestampNanoType.withoutZone());
    }
}
