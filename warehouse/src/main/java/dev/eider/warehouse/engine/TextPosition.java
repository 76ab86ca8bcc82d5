package dev.eider.warehouse.engine;

/**
 * A place in a text as people count it. Immutable.
 *
 * @param line from 1
 * @param column from 1, in characters
 */
record TextPosition(int line, int column) {

    static TextPosition of(String text, int offset) {
        int line = 1;
        int lineStart = 0;
        for (int i = 0; i < offset; i++) {
            if (text.charAt(i) == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new TextPosition(line, text.codePointCount(lineStart, offset) + 1);
    }

    @Override
    public String toString() {
        return "line " + line + ", column " + column;
    }
}
