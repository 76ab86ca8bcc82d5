package dev.eider.warehouse.statement;

import java.util.List;
import org.apache.iceberg.catalog.TableIdentifier;

/** A parsed statement that changes something. Immutable. */
sealed interface TableChange {

    /** The table that is created, filled or dropped. */
    TableIdentifier table();

    /** Which statement it is, in keywords. */
    String keywords();

    /** {@code CREATE TABLE [IF NOT EXISTS] t (column type [NOT NULL], …)}. */
    record CreateTable(TableIdentifier table, List<ColumnDefinition> columns, boolean ifNotExists)
            implements TableChange {
        public CreateTable {
            columns = List.copyOf(columns);
        }

        @Override
        public String keywords() {
            return "CREATE TABLE";
        }
    }

    /** One column of a new table; its type is text in DuckDB's dialect, not checked yet. */
    record ColumnDefinition(String name, String type, boolean required) {}

    /**
     * {@code INSERT INTO t [(columns)] query}.
     *
     * @param columns the columns that the query fills, in its order; none stands for all of the table
     */
    record InsertInto(TableIdentifier table, List<String> columns, String query) implements TableChange {
        public InsertInto {
            columns = List.copyOf(columns);
        }

        @Override
        public String keywords() {
            return "INSERT INTO";
        }
    }

    /** {@code DROP TABLE [IF EXISTS] t}. */
    record DropTable(TableIdentifier table, boolean ifExists) implements TableChange {
        @Override
        public String keywords() {
            return "DROP TABLE";
        }
    }
}
