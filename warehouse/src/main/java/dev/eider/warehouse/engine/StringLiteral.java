package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;

/** Reads what a string of SQL stands for. Confined to one call. */
final class StringLiteral {
    private static final String LETTERS = "bfnrt\\'\"";
    private static final String MEANINGS = "\b\f\n\r\t\\'\"";

    private final String text;
    private final StringBuilder value = new StringBuilder();
    private int position;

    private StringLiteral(String text) {
        this.text = text;
    }

    /** Returns the value of a token as the lexer cuts it: terminated, and with all parts that continue it. */
    static String value(String text) {
        if (text.startsWith("$")) {
            int tag = text.indexOf('$', 1) + 1;
            return text.substring(tag, text.length() - tag);
        }
        StringLiteral literal = new StringLiteral(text);
        literal.read();
        return literal.value.toString();
    }

    private void read() {
        char prefix = Character.toLowerCase(text.charAt(0));
        if (prefix == 'x' || prefix == 'b') {
            value.append(prefix);
        }
        boolean doubled = prefix == '\'' || prefix == 'e';
        position = text.indexOf('\'') + 1;
        while (position < text.length()) {
            char c = text.charAt(position++);
            if (c == '\\' && prefix == 'e') {
                value.append(escaped(text.charAt(position++)));
            } else if (c != '\'') {
                value.append(c);
            } else if (doubled && position < text.length() && text.charAt(position) == '\'') {
                value.append('\'');
                position++;
            } else {
                skipToNextPart();
            }
        }
    }

    /** Comments between the parts may hold quotes. */
    private void skipToNextPart() {
        while (position < text.length() && text.charAt(position) != '\'') {
            if (text.startsWith("--", position)) {
                while (text.charAt(position) != '\n' && text.charAt(position) != '\r') {
                    position++;
                }
            }
            position++;
        }
        position++;
    }

    private static char escaped(char letter) {
        int known = LETTERS.indexOf(letter);
        if (known < 0) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "The escape \\" + letter + " is not supported here; write the character itself");
        }
        return MEANINGS.charAt(known);
    }
}
