package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Finds {@code SHOW TABLES} and its like in a statement, so that they list the catalog's tables, not the engine's.
 *
 * <p>The parser does not say where they stand. But their first word is reserved, so it can be told from a name; and what
 * is found must be what the parser found, or the statement is refused. Stateless.
 */
final class ListingText {
    private static final String EVERYTHING = "__show_tables_expanded";

    private ListingText() {}

    /** Returns whether a word begins what describes a table, or lists them. */
    static boolean describes(SqlToken token) {
        return token.isKeyword("SHOW")
                || token.isKeyword("DESCRIBE")
                || token.isKeyword("DESC")
                || token.isKeyword("SUMMARIZE");
    }

    /** Reads a node of the syntax tree; what would list something else is refused. */
    static CatalogListing read(JsonNode node) {
        if (node.path("show_type").asText().equals("SHOW_FROM")) {
            return new CatalogListing(
                    CatalogListing.Kind.TABLES,
                    Stream.of("catalog_name", "schema_name")
                            .map(field -> node.path(field).asText())
                            .filter(name -> !name.isEmpty())
                            .toList());
        }
        String name = node.path("table_name").asText();
        Optional<CatalogListing.Kind> kind =
                name.equals(EVERYTHING) ? Optional.of(CatalogListing.Kind.ALL_TABLES) : kind(name.replace("\"", ""));
        return kind.map(known -> new CatalogListing(known, List.of()))
                .orElseThrow(() -> new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "SHOW %s is not supported; there are SHOW TABLES, SHOW ALL TABLES, SHOW SCHEMAS and SHOW DATABASES"
                                .formatted(name.replace("\"", "").toUpperCase(Locale.ROOT))));
    }

    private static Optional<CatalogListing.Kind> kind(String name) {
        return switch (SqlToken.lower(name)) {
            case "tables" -> Optional.of(CatalogListing.Kind.TABLES);
            case "schemas" -> Optional.of(CatalogListing.Kind.NAMESPACES);
            case "databases" -> Optional.of(CatalogListing.Kind.CATALOGS);
            default -> Optional.empty();
        };
    }

    /** Returns what puts relations in the places of listings; the statement is refused if not all are found. */
    static List<ParsedQuery.Edit> edits(List<SqlToken> tokens, Set<CatalogListing> expected) {
        List<ParsedQuery.Edit> edits = new ArrayList<>();
        Set<CatalogListing> found = new HashSet<>();
        for (int i = 0; i < tokens.size() && !expected.isEmpty(); i++) {
            if (describes(tokens.get(i)) && (i == 0 || tokens.get(i - 1).isSymbol("("))) {
                int end = end(tokens, i);
                boolean whole = end == tokens.size() || tokens.get(end).isSymbol(")");
                Optional<CatalogListing> listing =
                        whole ? listing(tokens.subList(i + 1, end), tokens.get(i)) : Optional.empty();
                if (listing.isPresent()) {
                    int behindWord = tokens.get(i).end();
                    found.add(listing.get());
                    edits.add(new ParsedQuery.Edit(tokens.get(i).start(), behindWord, "FROM "));
                    edits.add(new ParsedQuery.Edit(
                            behindWord, tokens.get(end - 1).end(), "", List.of(), List.of(listing.get())));
                }
            }
        }
        if (!found.equals(expected)) {
            throw new EiderException(ErrorCode.UNSUPPORTED, "SHOW is not supported in this place or spelling");
        }
        return edits;
    }

    /** Returns where the statement ends that begins at a word: at the next bracket, or at the end of the text. */
    private static int end(List<SqlToken> tokens, int first) {
        int end = first + 1;
        while (end < tokens.size()
                && !tokens.get(end).isSymbol(")")
                && !tokens.get(end).isSymbol("(")) {
            end++;
        }
        return end;
    }

    /** Returns what the words behind the first one list, if they list something. */
    private static Optional<CatalogListing> listing(List<SqlToken> words, SqlToken first) {
        boolean all = words.isEmpty()
                || (words.get(0).isKeyword("ALL")
                        && (words.size() == 1
                                || (words.size() == 2 && words.get(1).isKeyword("TABLES"))));
        if (all && !first.isKeyword("SUMMARIZE")) {
            return Optional.of(new CatalogListing(CatalogListing.Kind.ALL_TABLES, List.of()));
        }
        if (words.size() == 1 && words.get(0).isIdentifier()) {
            return kind(words.get(0).identifier()).map(kind -> new CatalogListing(kind, List.of()));
        }
        boolean from = words.size() > 2
                && words.get(0).isKeyword("TABLES")
                && words.get(1).isKeyword("FROM")
                && (words.size() == 3 || (words.size() == 5 && words.get(3).isSymbol(".")));
        if (!from) {
            return Optional.empty();
        }
        List<SqlToken> names = words.size() == 3 ? words.subList(2, 3) : List.of(words.get(2), words.get(4));
        return names.stream().allMatch(SqlToken::isIdentifier)
                ? Optional.of(new CatalogListing(
                        CatalogListing.Kind.TABLES,
                        names.stream().map(SqlToken::identifier).toList()))
                : Optional.empty();
    }
}
