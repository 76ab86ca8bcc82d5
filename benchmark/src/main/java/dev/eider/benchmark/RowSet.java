package dev.eider.benchmark;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Takes a small result as a client would, and keeps a checksum of all its values, whatever the order of its rows. */
final class RowSet {
    private final List<String> rows = new ArrayList<>();

    void add(VectorSchemaRoot batch) {
        for (int row = 0; row < batch.getRowCount(); row++) {
            StringJoiner values = new StringJoiner("|");
            for (FieldVector column : batch.getFieldVectors()) {
                values.add(String.valueOf(column.getObject(row)));
            }
            rows.add(values.toString());
        }
    }

    String checksum() {
        Collections.sort(rows);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            rows.forEach(row -> digest.update((row + "\n").getBytes(StandardCharsets.UTF_8)));
            return String.format(
                    Locale.ROOT,
                    "%d rows, %s",
                    rows.size(),
                    HexFormat.of().formatHex(digest.digest()).substring(0, 12));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
