package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;

/** Reads the inside of an {@code E'…'} literal. */
final class EscapeString {
    private static final String LETTERS = "bfnrt\\'\"";
    private static final String MEANINGS = "\b\f\n\r\t\\'\"";

    private EscapeString() {}

    static String valueOf(String body) {
        StringBuilder value = new StringBuilder(body.length());
        for (int i = 0; i < body.length(); i++) {
            char c = body.charAt(i);
            if (c == '\\') {
                i++;
                int known = LETTERS.indexOf(body.charAt(i));
                if (known < 0) {
                    throw new EiderException(
                            ErrorCode.UNSUPPORTED,
                            "The escape \\" + body.charAt(i) + " is not supported here; write the character itself");
                }
                value.append(MEANINGS.charAt(known));
            } else {
                value.append(c);
                if (c == '\'') {
                    i++;
                }
            }
        }
        return value.toString();
    }
}
