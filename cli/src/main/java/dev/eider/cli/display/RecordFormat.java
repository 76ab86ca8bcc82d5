package dev.eider.cli.display;

import java.util.Locale;

/** How a list of tables, snapshots or files is printed. */
public enum RecordFormat {
    /** Columns for people. */
    DISPLAY,
    /** RFC 4180 with a header; numbers are plain. */
    CSV,
    /** One array of objects. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
