package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the types that callers write, such as those of {@code CREATE TABLE}.
 *
 * <p>Confined to one call.
 */
public final class TypeText {
    private static final int MAX_LENGTH = 100_000;
    private static final int MAX_DEPTH = 50;

    private final SqlCursor cursor;

    private TypeText(String canonical) {
        this.cursor = new SqlCursor(canonical);
    }

    /**
     * Returns the engine's own spelling of a type: {@code int4} is {@code INTEGER}.
     *
     * @param connection any connection to the engine
     * @param type as a caller wrote it
     * @throws EiderException INVALID_SQL if it is not one type, or none that the engine knows
     */
    public static String canonical(Connection connection, String type) {
        requireTypeAlone(type);
        String sql = "SELECT CAST(NULL AS " + PlainBlanks.in(type) + ")";
        if (!castsNull(connection, sql)) {
            throw notType(type, null);
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT typeof(c) FROM (" + sql + ") t(c)");
                ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
                throw new EiderException(ErrorCode.INTERNAL, "The engine did not name the type " + type);
            }
            return rows.getString(1);
        } catch (SQLException e) {
            throw notType(type, e);
        }
    }

    /** Takes a canonical type apart, as {@link #canonical} returns it. */
    public static EngineType parse(String canonical) {
        TypeText text = new TypeText(canonical);
        EngineType type = text.type(0);
        text.cursor.expectEnd();
        return type;
    }

    /** Nothing that ends the cast may stand in the text: it is spliced into a statement. */
    private static void requireTypeAlone(String type) {
        if (type.length() > MAX_LENGTH) {
            throw new EiderException(ErrorCode.INVALID_SQL, "A type of " + type.length() + " characters is too long");
        }
        int depth = 0;
        List<SqlToken> tokens = SqlLexer.tokens(type);
        for (SqlToken token : tokens) {
            if (token.isSymbol("(")) {
                depth++;
            } else if (token.isSymbol(")")) {
                depth--;
            }
            boolean stray = token.isSymbol(";") || token.kind() == SqlToken.Kind.COMMENT;
            if (depth < 0 || depth > MAX_DEPTH || stray) {
                throw notType(type, null);
            }
        }
        if (tokens.isEmpty() || depth != 0) {
            throw notType(type, null);
        }
    }

    private static boolean castsNull(Connection connection, String sql) {
        try {
            return SyntaxReader.castsNullAlone(SyntaxSource.over(connection), sql);
        } catch (EiderException e) {
            if (e.code() == ErrorCode.INTERNAL) {
                throw e;
            }
            return false;
        }
    }

    private static EiderException notType(String type, @Nullable SQLException cause) {
        String shown = type.length() <= 80 ? type : type.substring(0, 80) + "…";
        return new EiderException(ErrorCode.INVALID_SQL, "Not a type that can be used: " + shown, cause);
    }

    private EngineType type(int depth) {
        if (depth > MAX_DEPTH) {
            throw SyntaxWalk.tooDeep();
        }
        EngineType type = unsuffixed(depth);
        while (cursor.acceptSymbol("[")) {
            if (cursor.acceptSymbol("]")) {
                type = new EngineType.ListOf(type);
            } else {
                type = new EngineType.FixedArray(type, number());
                cursor.expectSymbol("]");
            }
        }
        return type;
    }

    private EngineType unsuffixed(int depth) {
        if (cursor.accept("STRUCT")) {
            return struct(depth);
        }
        if (cursor.accept("MAP")) {
            cursor.expectSymbol("(");
            EngineType key = type(depth + 1);
            cursor.expectSymbol(",");
            EngineType value = type(depth + 1);
            cursor.expectSymbol(")");
            return new EngineType.MapOf(key, value);
        }
        if (cursor.at("ENUM") || cursor.at("UNION")) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED, "The type " + cursor.peek().text() + " is not supported");
        }
        return primitive();
    }

    private EngineType struct(int depth) {
        List<EngineType.Field> fields = new ArrayList<>();
        cursor.expectSymbol("(");
        do {
            String name = cursor.identifier("the name of a field");
            fields.add(new EngineType.Field(name, type(depth + 1)));
        } while (cursor.acceptSymbol(","));
        cursor.expectSymbol(")");
        return new EngineType.Struct(fields);
    }

    private EngineType primitive() {
        StringBuilder name = new StringBuilder(cursor.identifier("a type"));
        while (cursor.peek().kind() == SqlToken.Kind.WORD) {
            name.append(' ').append(cursor.next().text());
        }
        List<Integer> parameters = new ArrayList<>();
        if (cursor.acceptSymbol("(")) {
            do {
                parameters.add(number());
            } while (cursor.acceptSymbol(","));
            cursor.expectSymbol(")");
        }
        return new EngineType.Primitive(name.toString().toUpperCase(Locale.ROOT), parameters);
    }

    private int number() {
        if (cursor.peek().kind() != SqlToken.Kind.NUMBER) {
            throw cursor.expected("a number");
        }
        String digits = cursor.next().text();
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new EiderException(ErrorCode.INVALID_SQL, "Not a size of a type: " + digits, e);
        }
    }
}
