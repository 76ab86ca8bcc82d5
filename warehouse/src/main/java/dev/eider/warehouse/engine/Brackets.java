package dev.eider.warehouse.engine;

import java.util.List;

/** Finds the other end of a group of tokens in brackets. */
final class Brackets {
    private Brackets() {}

    /** Returns the index of the token that closes the bracket at {@code open}, or -1 if none does. */
    static int closing(List<SqlToken> tokens, int open) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol("(") || token.isSymbol("[") || token.isSymbol("{")) {
                depth++;
            } else if (token.isSymbol(")") || token.isSymbol("]") || token.isSymbol("}")) {
                depth--;
            }
            if (depth == 0) {
                return i;
            }
        }
        return -1;
    }
}
