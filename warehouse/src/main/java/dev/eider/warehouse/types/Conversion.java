package dev.eider.warehouse.types;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How DuckDB turns a value of the Arrow stream into one of the table: an SQL expression over the value's expression.
 * Implementations are immutable.
 */
sealed interface Conversion {
    /** Returns whether casting a whole enclosing value does the same, so that no expression per element is needed. */
    boolean isCast();

    /** Returns how many loops over elements, one inside the other, the expression needs. */
    int loops();

    /** Returns the expression for a value, which {@code input} computes; {@code depth} counts enclosing lambdas. */
    String sql(String input, int depth);

    /** A cast that cannot fail or lose anything. */
    record Cast() implements Conversion {
        @Override
        public boolean isCast() {
            return true;
        }

        @Override
        public int loops() {
            return 0;
        }

        @Override
        public String sql(String input, int depth) {
            return input;
        }
    }

    /** NULL, whatever arrives. */
    record Absent() implements Conversion {
        @Override
        public boolean isCast() {
            return true;
        }

        @Override
        public int loops() {
            return 0;
        }

        @Override
        public String sql(String input, int depth) {
            return "NULL";
        }
    }

    /**
     * A value that is converted if it passes a check, and otherwise ends the statement.
     *
     * @param violation SQL condition over {@code $}, which stands for the value, true for what cannot be stored
     * @param message what the error says
     * @param value SQL expression over {@code $}
     */
    record Checked(String violation, String message, String value) implements Conversion {
        @Override
        public boolean isCast() {
            return false;
        }

        @Override
        public int loops() {
            return 0;
        }

        @Override
        public String sql(String input, int depth) {
            return "CASE WHEN " + violation.replace("$", input) + " THEN error(" + Sql.literal(message) + ") ELSE "
                    + value.replace("$", input) + " END";
        }
    }

    /** A struct, rebuilt field by field in the table's order. */
    record Struct(List<Member> members) implements Conversion {
        /**
         * A field of the struct.
         *
         * @param source its name in the stream, null if it is not sent
         * @param target its name and type in the table
         */
        record Member(@Nullable String source, Target target, Conversion conversion) {}

        /** A field of the table: its name, and its type in SQL. */
        record Target(String name, String type) {}

        public Struct {
            members = List.copyOf(members);
        }

        @Override
        public boolean isCast() {
            // DuckDB casts structs by name and fills in NULL, but folds the case of ASCII letters only.
            return members.stream()
                    .allMatch(member -> member.conversion().isCast()
                            && (member.source() == null
                                    || member.source().equals(member.target().name())));
        }

        @Override
        public int loops() {
            return members.stream()
                    .mapToInt(member -> member.conversion().loops())
                    .max()
                    .orElse(0);
        }

        @Override
        public String sql(String input, int depth) {
            if (isCast()) {
                return input;
            }
            return members.stream()
                    .map(member -> Sql.name(member.target().name()) + " := " + memberSql(member, input, depth))
                    .collect(Collectors.joining(
                            ", ", "CASE WHEN " + input + " IS NULL THEN NULL ELSE struct_pack(", ") END"));
        }

        private static String memberSql(Member member, String input, int depth) {
            String source = member.source();
            String value = source == null
                    ? "NULL"
                    : member.conversion().sql("struct_extract(" + input + ", " + Sql.literal(source) + ")", depth);
            return Sql.cast(value, member.target().type());
        }
    }

    /** A list, converted element by element. */
    record Elements(Conversion element) implements Conversion {
        @Override
        public boolean isCast() {
            return element.isCast();
        }

        @Override
        public int loops() {
            return isCast() ? 0 : 1 + element.loops();
        }

        @Override
        public String sql(String input, int depth) {
            if (isCast()) {
                return input;
            }
            String variable = variable(depth);
            return "list_transform(" + input + ", lambda " + variable + ": " + element.sql(variable, depth + 1) + ")";
        }
    }

    /** A map, converted entry by entry. */
    record Entries(Conversion key, Conversion value) implements Conversion {
        @Override
        public boolean isCast() {
            return key.isCast() && value.isCast();
        }

        @Override
        public int loops() {
            return isCast() ? 0 : 1 + Math.max(key.loops(), value.loops());
        }

        @Override
        public String sql(String input, int depth) {
            if (isCast()) {
                return input;
            }
            String variable = variable(depth);
            return "CASE WHEN " + input + " IS NULL THEN NULL ELSE map_from_entries(list_transform(map_entries(" + input
                    + "), lambda " + variable + ": struct_pack(key := "
                    + key.sql("struct_extract(" + variable + ", 'key')", depth + 1) + ", value := "
                    + value.sql("struct_extract(" + variable + ", 'value')", depth + 1) + "))) END";
        }
    }

    private static String variable(int depth) {
        return "__element_" + depth;
    }
}
