package dev.eider.warehouse.statement;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.SqlCursor;
import dev.eider.warehouse.engine.SqlLexer;
import dev.eider.warehouse.engine.SqlToken;
import dev.eider.warehouse.read.TableNaming;
import dev.eider.warehouse.statement.TableChange.ColumnDefinition;
import dev.eider.warehouse.statement.TableChange.CreateTable;
import dev.eider.warehouse.statement.TableChange.DropTable;
import dev.eider.warehouse.statement.TableChange.InsertInto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Recognises the statements that change something. Only their envelope is parsed here: queries and types inside stay
 * text, and are gated by DuckDB's own parser when they are used. Stateless.
 */
final class StatementParser {
    private static final List<String> CONSTRAINTS = List.of(
            "NOT",
            "NULL",
            "DEFAULT",
            "PRIMARY",
            "UNIQUE",
            "CHECK",
            "REFERENCES",
            "COLLATE",
            "GENERATED",
            "AS",
            "CONSTRAINT");

    private StatementParser() {}

    /** Parses a statement that changes something; nothing for any other, which is a query or nonsense. */
    static Optional<TableChange> parse(String sql) {
        SqlCursor cursor = new SqlCursor(SqlLexer.statement(sql));
        if (cursor.accept("CREATE")) {
            return Optional.of(create(cursor));
        }
        if (cursor.accept("INSERT")) {
            return Optional.of(insert(cursor));
        }
        if (cursor.accept("DROP")) {
            return Optional.of(drop(cursor));
        }
        return Optional.empty();
    }

    private static CreateTable create(SqlCursor cursor) {
        requireTable(cursor, "CREATE");
        boolean ifNotExists = cursor.accept("IF", "NOT", "EXISTS");
        TableIdentifier table = TableNaming.identifier(cursor.path("the name of a table"));
        if (cursor.peek().isKeyword("AS")) {
            throw unsupported("CREATE TABLE … AS", "create the table with its columns, then use INSERT INTO … SELECT");
        }
        cursor.expectSymbol("(");
        List<ColumnDefinition> columns = new ArrayList<>();
        do {
            columns.add(column(cursor));
        } while (cursor.acceptSymbol(","));
        cursor.expectSymbol(")");
        requireEnd(cursor, "CREATE TABLE");
        return new CreateTable(table, columns, ifNotExists);
    }

    private static ColumnDefinition column(SqlCursor cursor) {
        String name = cursor.identifier("the name of a column");
        StringBuilder type = new StringBuilder();
        while (!endsType(cursor)) {
            if (cursor.peek().isSymbol("(")) {
                type.append('(').append(cursor.parenthesised()).append(')');
            } else {
                type.append(' ').append(cursor.next().text());
            }
        }
        if (type.isEmpty()) {
            throw cursor.expected("a type for column \"%s\"".formatted(name));
        }
        boolean required = cursor.accept("NOT", "NULL");
        if (!required) {
            cursor.accept("NULL");
        }
        if (!cursor.peek().isSymbol(",") && !cursor.peek().isSymbol(")")) {
            throw unsupported("%s in the definition of column \"%s\""
                    .formatted(cursor.peek().text(), name));
        }
        return new ColumnDefinition(name, type.toString().strip(), required);
    }

    private static boolean endsType(SqlCursor cursor) {
        return cursor.atEnd()
                || cursor.peek().isSymbol(",")
                || cursor.peek().isSymbol(")")
                || CONSTRAINTS.stream().anyMatch(cursor::at);
    }

    private static InsertInto insert(SqlCursor cursor) {
        if (cursor.peek().isKeyword("OR")) {
            throw unsupported("INSERT OR …", "tables have no keys that rows could replace");
        }
        cursor.expect("INTO");
        TableIdentifier table = TableNaming.identifier(cursor.path("the name of a table"));
        if (cursor.peek().isKeyword("BY")) {
            throw unsupported("INSERT … BY NAME", "list the columns, as in INSERT INTO t (a, b)");
        }
        List<String> columns = new ArrayList<>();
        if (cursor.peek().isSymbol("(") && !startsQuery(cursor)) {
            cursor.expectSymbol("(");
            do {
                columns.add(cursor.identifier("the name of a column"));
            } while (cursor.acceptSymbol(","));
            cursor.expectSymbol(")");
        }
        if (cursor.atEnd()) {
            throw cursor.expected("VALUES or a query");
        }
        if (cursor.peek().isKeyword("DEFAULT")) {
            throw unsupported("INSERT … DEFAULT VALUES", "give the values");
        }
        return new InsertInto(table, columns, cursor.remainingInPlace());
    }

    /** Both a column list and a query may stand in parentheses. */
    private static boolean startsQuery(SqlCursor cursor) {
        SqlToken inner = cursor.peek(1);
        return inner.isSymbol("(")
                || inner.isKeyword("SELECT")
                || inner.isKeyword("WITH")
                || inner.isKeyword("VALUES")
                || inner.isKeyword("FROM")
                || inner.isKeyword("TABLE");
    }

    private static DropTable drop(SqlCursor cursor) {
        requireTable(cursor, "DROP");
        boolean ifExists = cursor.accept("IF", "EXISTS");
        TableIdentifier table = TableNaming.identifier(cursor.path("the name of a table"));
        requireEnd(cursor, "DROP TABLE");
        return new DropTable(table, ifExists);
    }

    private static void requireTable(SqlCursor cursor, String verb) {
        if (!cursor.accept("TABLE")) {
            throw unsupported(verb + " " + cursor.peek().text());
        }
    }

    private static void requireEnd(SqlCursor cursor, String statement) {
        if (!cursor.atEnd()) {
            throw unsupported("%s after %s".formatted(cursor.peek().text(), statement));
        }
    }

    private static EiderException unsupported(String what, String instead) {
        return new EiderException(ErrorCode.UNSUPPORTED, what + " is not supported yet: " + instead);
    }

    private static EiderException unsupported(String what) {
        return new EiderException(ErrorCode.UNSUPPORTED, what + " is not supported yet");
    }
}
