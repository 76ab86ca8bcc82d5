package dev.eider.warehouse.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes texts that could be read in two ways: every form of literal, blank and comment, well formed or cut in the
 * middle. Confined to one thread.
 */
final class HostileText {
    private static final String[] INSIDE = {
        "a", "B", "1", "''", "'", "\\", "\\'", "\\\\", "\"", "\"\"", "--", "/*", "*/", "$", "$$", "$t$", ";", "(", ")",
        ",", "\n", "\r", "\t", "\u00a0", "\u3000", "\ufeff", "\u200b", "é", "😀", " ", "E'", "\u0085", "\u2028", "`",
        "#"
    };
    private static final String[] BLANKS = {
        "",
        "",
        " ",
        " ",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\f",
        "\u000b",
        "\u00a0",
        "\u2003",
        "\u3000",
        "\ufeff",
        "-- x\n",
        "--'\n",
        "--\r",
        "/* x */",
        "/*'*/",
        "/* /* */ */",
        "/**/",
        "/*--*/",
        "--/*\n",
        "/*\n*/",
        "\u2028"
    };
    private static final String[] NUMBERS = {
        "1", "1.", ".5", "1.5", "1_000", "1__0", "1_", "0x1F", "0b11", "0o7", "1e5", "1e", "1e-5", "1e+", "1.e3",
                "1..2", "12abc",
        "1_0.0_1", "1e1_0", "0x", ".5_5", "1._5", "5_e3", "1.5.5", "00", "1d", "1_e1", "1e5x", "$1", "?", "?1", "#1",
                "1E5", "._1"
    };
    private static final String[] OPERATORS = {
        "+", "-", "*", "/", "//", "||", "=", "==", "<>", "!=", ">=", "<=", "::INT", "->", "->>", "**", "^", "~", "!~",
                "~~", "@",
        "&&", "|", "<->", "%", "=>", ":=", ":", ".", "..", "=-", "+-", "-+", "@-", "<<", ">>", "`", "?", "&", "!", "*-",
                "/-",
        "@+-", "~-", "--", "/*", "*/", "+--", "-/*", ";", "\\", "\u0001", "$", "{", "}", "[", "]", "(", ")"
    };

    private final Random random;

    HostileText(Random random) {
        this.random = random;
    }

    /** Returns a SELECT of a few items, most of which DuckDB understands. */
    String items() {
        StringBuilder text = new StringBuilder("SELECT").append(random.nextBoolean() ? " " : blank());
        int items = 1 + random.nextInt(4);
        for (int i = 0; i < items; i++) {
            text.append(i == 0 ? "" : ",").append(blank()).append(item());
            if (random.nextInt(3) == 0) {
                text.append(blank()).append(item());
            }
            text.append(blank());
        }
        return text.toString();
    }

    /** Returns a text with a few of its parts changed, doubled, moved or gone. */
    String mutated(String text, List<String> others) {
        StringBuilder changed = new StringBuilder(text);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(changed.length() + 1);
            int end = Math.min(changed.length(), at + random.nextInt(8));
            switch (random.nextInt(8)) {
                case 0 -> changed.delete(at, end);
                case 1 -> changed.insert(at, one(INSIDE));
                case 2 -> changed.insert(at, one(BLANKS));
                case 3 -> changed.insert(at, item());
                case 4 -> changed.insert(random.nextInt(changed.length() + 1), changed.substring(at, end));
                case 5 -> changed.replace(at, end, one(OPERATORS));
                case 6 -> changed.insert(at, part(others.get(random.nextInt(others.size()))));
                default -> betweenTokens(changed);
            }
        }
        return changed.toString();
    }

    /** What stands between tokens leaves the statement well formed as a rule. */
    private void betweenTokens(StringBuilder changed) {
        List<Integer> spaces = new ArrayList<>();
        for (int i = 0; i < changed.length(); i++) {
            if (changed.charAt(i) == ' ') {
                spaces.add(i);
            }
        }
        if (!spaces.isEmpty()) {
            int at = spaces.get(random.nextInt(spaces.size()));
            changed.replace(at, at + 1, blank() + one(BLANKS));
        }
    }

    private String part(String text) {
        int from = random.nextInt(text.length());
        return text.substring(from, from + random.nextInt(text.length() - from) + 1);
    }

    private String blank() {
        return random.nextInt(4) == 0 ? one(BLANKS) + one(BLANKS) : one(BLANKS);
    }

    private String item() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2 -> quoted();
            case 3 -> number();
            case 4 -> number() + one(OPERATORS) + number();
            case 5 -> quoted() + blank() + quoted();
            case 6 -> random.nextBoolean() ? "a$b" : "_ü1";
            case 7 -> "lower(" + blank() + quoted() + blank() + ")";
            case 8 -> number() + blank() + one(OPERATORS) + blank() + quoted();
            default -> "a" + one(BLANKS) + "." + one(BLANKS) + "\"b\"\"c\"";
        };
    }

    private String number() {
        return random.nextInt(4) == 0 ? one(NUMBERS) : Integer.toString(random.nextInt(100));
    }

    private String quoted() {
        String inside = inside();
        return switch (random.nextInt(24)) {
            case 0, 1 -> "'" + inside.replace("'", "''") + "'";
            case 2, 3 -> "E'" + inside.replace("\\", "\\\\").replace("'", random.nextBoolean() ? "''" : "\\'") + "'";
            case 4 -> "x'" + inside.replace("'", "") + "'";
            case 5 -> "B'" + inside.replace("'", "") + "'";
            case 6 -> "$$" + inside.replace("$", "") + "$$";
            case 7 -> "$t$" + inside.replace("$t$", "") + "$t$";
            case 8 -> "\"" + inside.replace("\"", "\"\"") + "\"";
            case 9 -> (random.nextBoolean() ? "N'" : "U&'") + inside + "'";
            case 10 -> "e'" + inside + "'";
            case 11 -> "'" + inside + "'";
            default ->
                (random.nextBoolean() ? "E'" : "'") + inside.replace("\\", "").replace("'", "''") + "'";
        };
    }

    private String inside() {
        StringBuilder inside = new StringBuilder();
        int parts = random.nextInt(5);
        for (int i = 0; i < parts; i++) {
            inside.append(one(INSIDE));
        }
        return inside.toString();
    }

    private String one(String[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
