package dev.eider.cli.display;

/** How many columns of a terminal a text takes, and texts cut or padded to that. Stateless. */
final class TextWidth {
    private TextWidth() {}

    /** Returns the columns that {@code text} takes: two for wide East Asian characters and emoji, none for accents. */
    static int of(String text) {
        int width = 0;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            width += of(character);
            i += Character.charCount(character);
        }
        return width;
    }

    private static int of(int character) {
        if (character < 0x300) {
            return 1;
        }
        int type = Character.getType(character);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean wide = (character >= 0x1100 && character <= 0x115F)
                || (character >= 0x2E80 && character <= 0xA4CF && character != 0x303F)
                || (character >= 0xAC00 && character <= 0xD7A3)
                || (character >= 0xF900 && character <= 0xFAFF)
                || (character >= 0xFE30 && character <= 0xFE6F)
                || (character >= 0xFF00 && character <= 0xFF60)
                || (character >= 0xFFE0 && character <= 0xFFE6)
                || (character >= 0x1F300 && character <= 0x1FAFF)
                || (character >= 0x20000 && character <= 0x3FFFD);
        return wide ? 2 : 1;
    }

    /** Returns {@code text} if it takes at most {@code width} columns, else its beginning and an ellipsis. */
    static String cut(String text, int width) {
        if (text.length() <= width / 2 || of(text) <= width) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            if (used + of(character) > width - 1) {
                break;
            }
            used += of(character);
            kept.appendCodePoint(character);
            i += Character.charCount(character);
        }
        return kept.append('…').toString();
    }

    /** Returns {@code text} with spaces before it. */
    static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - of(text))) + text;
    }

    /** Returns {@code text} with spaces after it. */
    static String left(String text, int width) {
        return text + " ".repeat(Math.max(0, width - of(text)));
    }

    /** Returns {@code text} with spaces around it. */
    static String centre(String text, int width) {
        int missing = Math.max(0, width - of(text));
        return " ".repeat(missing / 2) + text + " ".repeat(missing - missing / 2);
    }
}
