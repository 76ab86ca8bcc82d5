package dev.eider.gateway.flight;

import dev.eider.warehouse.read.ReadOptions;
import dev.eider.warehouse.read.TableVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.FlightConstants;
import org.apache.arrow.flight.FlightProducer.CallContext;
import org.apache.iceberg.catalog.TableIdentifier;

/** Reads the options of a read from the headers of its call. */
final class ReadHeaders {
    private static final String MIN_SNAPSHOT = OptionHeaders.PREFIX + "min-snapshot";
    private static final String AS_OF = OptionHeaders.PREFIX + "as-of";
    private static final int LONGEST_VERSION = 255;
    private static final String EXPECTED = "a snapshot id, or namespace.table=id pairs separated by commas";

    private ReadHeaders() {}

    /** Returns the options of a call, or says which header is wrong: none is ever ignored. */
    static ReadOptions of(CallContext context) {
        return parse(context.getMiddleware(FlightConstants.HEADER_KEY).headers());
    }

    static ReadOptions parse(CallHeaders callHeaders) {
        OptionHeaders headers = new OptionHeaders(callHeaders);
        headers.requireOnly(Set.of(MIN_SNAPSHOT, AS_OF), Set.of());
        ReadOptions options =
                headers.value(MIN_SNAPSHOT).map(ReadHeaders::minimums).orElse(ReadOptions.NONE);
        return headers.name(AS_OF, LONGEST_VERSION)
                .map(version -> options.asOf(TableVersion.of(version)))
                .orElse(options);
    }

    private static ReadOptions minimums(String text) {
        if (!text.contains("=")) {
            return new ReadOptions(OptionalLong.of(snapshotId(text, text)), Map.of());
        }
        Map<TableIdentifier, Long> minimums = new HashMap<>();
        for (String pair : text.split(",", -1)) {
            int equals = pair.lastIndexOf('=');
            if (equals < 0) {
                throw OptionHeaders.bad(MIN_SNAPSHOT, text, EXPECTED, null);
            }
            TableIdentifier table = TablePaths.table(pair.substring(0, equals).strip());
            if (minimums.put(table, snapshotId(pair.substring(equals + 1), text)) != null) {
                throw OptionHeaders.bad(MIN_SNAPSHOT, text, "each table once", null);
            }
        }
        return new ReadOptions(OptionalLong.empty(), minimums);
    }

    private static long snapshotId(String number, String text) {
        try {
            long snapshotId = Long.parseLong(number.strip());
            if (snapshotId >= 0) {
                return snapshotId;
            }
        } catch (NumberFormatException notANumber) {
            throw OptionHeaders.bad(MIN_SNAPSHOT, text, EXPECTED, notANumber);
        }
        throw OptionHeaders.bad(MIN_SNAPSHOT, text, EXPECTED, null);
    }
}
