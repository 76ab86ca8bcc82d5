package dev.eider.catalog;

import java.nio.charset.StandardCharsets;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Rules for the names of new tables and namespaces, and how names are compared.
 *
 * <p>New names hold letters, digits, {@code _}, {@code -} and inner spaces, so that they need no escaping in paths,
 * globs, dotted references and shells. Tables that other engines named more freely can still be read.
 */
public final class TableNames {
    /** The namespace of a table that is named without one. */
    public static final Namespace DEFAULT_NAMESPACE = Namespace.of("main");

    private static final int MAX_BYTES = 128;

    private TableNames() {}

    /** Refuses a name that a new table must not have. */
    public static void requireCreatable(TableIdentifier table) {
        requireCreatable(table.namespace());
        requireCreatable("Table name", table.name());
    }

    /** Refuses a name that a new namespace must not have. */
    public static void requireCreatable(Namespace namespace) {
        if (namespace.isEmpty()) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "A table needs a namespace");
        }
        for (String level : namespace.levels()) {
            requireCreatable("Namespace", level);
        }
    }

    private static void requireCreatable(String what, String name) {
        if (name.isEmpty()) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, what + " is empty");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "%s \"%s…\" is longer than %d bytes".formatted(what, name.substring(0, 20), MAX_BYTES));
        }
        int bad = name.codePoints()
                .filter(character -> !Character.isLetterOrDigit(character)
                        && character != '_'
                        && character != '-'
                        && character != ' ')
                .findFirst()
                .orElse(name.strip().equals(name) ? -1 : ' ');
        if (bad >= 0) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "%s \"%s\" contains %s: use letters, digits, '_', '-' and inner spaces"
                            .formatted(what, printable(name), describe(bad)));
        }
    }

    private static String describe(int character) {
        return Character.isISOControl(character)
                ? "the control character U+%04X".formatted(character)
                : "'" + Character.toString(character) + "'";
    }

    private static String printable(String name) {
        return name.codePoints()
                .mapToObj(character -> Character.isISOControl(character) ? "\uFFFD" : Character.toString(character))
                .collect(java.util.stream.Collectors.joining());
    }

    /** Returns the form under which names are equal: ASCII letters in lower case, as DuckDB and SQLite compare. */
    public static String folded(String name) {
        StringBuilder folded = new StringBuilder(name);
        for (int i = 0; i < folded.length(); i++) {
            char character = folded.charAt(i);
            if (character >= 'A' && character <= 'Z') {
                folded.setCharAt(i, (char) (character + ('a' - 'A')));
            }
        }
        return folded.toString();
    }

    /** Returns the form under which identifiers are equal. */
    public static String folded(TableIdentifier table) {
        return folded(table.toString());
    }
}
