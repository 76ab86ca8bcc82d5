package dev.eider.warehouse.engine;

/**
 * A place in a text as people count it. Immutable.
 *
 * @param line from 1
 * @param column from 1, in characters
 */
record TextPosition(int line, int column) {
    /** Characters of the line that are shown before and behind a place. */
    private static final int BEFORE = 60;

    private static final int BEHIND = 40;

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

    /** Returns the end of a message about a place: where it is, and the line of the text with a caret below it. */
    static String shown(String text, int offset) {
        int lineStart = offset;
        while (lineStart > 0 && !isLineBreak(text.charAt(lineStart - 1))) {
            lineStart--;
        }
        int lineEnd = offset;
        while (lineEnd < text.length() && !isLineBreak(text.charAt(lineEnd))) {
            lineEnd++;
        }
        int from = Math.max(lineStart, offset - BEFORE);
        int to = Math.min(lineEnd, offset + BEHIND);
        String before = (from > lineStart ? "…" : "") + printable(text.substring(from, offset));
        String behind = printable(text.substring(offset, to)) + (to < lineEnd ? "…" : "");
        return " (%s)\n  %s%s\n  %s^"
                .formatted(of(text, offset), before, behind, " ".repeat(before.codePointCount(0, before.length())));
    }

    private static boolean isLineBreak(char c) {
        return c == '\n' || c == '\r';
    }

    private static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Override
    public String toString() {
        return "line " + line + ", column " + column;
    }
}
