package dev.eider.gateway.flight;

import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.TableListing;
import dev.eider.warehouse.Warehouse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Ticket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers {@code ListFlights} with the tables. Thread-safe. */
final class ListingHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ListingHandler.class);

    private final Warehouse warehouse;

    ListingHandler(Warehouse warehouse) {
        this.warehouse = warehouse;
    }

    /**
     * Lists tables with schema, rows, bytes and path; rows and bytes are -1 where they are not known.
     *
     * @param criteria empty for all tables; text that ends with a dot for one namespace, as {@code sales.}; other text for
     *     the tables whose dotted name contains it, whatever its case
     */
    void list(Caller caller, byte[] criteria, StreamListener<FlightInfo> flights) {
        LOG.debug("Listing tables, caller={}", caller.name());
        String filter = criteria.length == 0
                ? ""
                : Statements.text(criteria, "criteria").toLowerCase(Locale.ROOT);
        for (TableListing listing : warehouse.tables()) {
            if (matches(listing, filter)) {
                flights.onNext(info(listing));
            }
        }
        flights.onCompleted();
    }

    private static boolean matches(TableListing listing, String filter) {
        if (filter.endsWith(".")) {
            String namespace = listing.table().namespace() + ".";
            return namespace.toLowerCase(Locale.ROOT).equals(filter);
        }
        return listing.table().toString().toLowerCase(Locale.ROOT).contains(filter);
    }

    private static FlightInfo info(TableListing listing) {
        // Not pinned: a listing would otherwise have to bind every table for readers who want one of them.
        byte[] ticket = TablePaths.selectAll(listing.table()).getBytes(StandardCharsets.UTF_8);
        return FlightInfo.builder(
                        listing.schema(),
                        TablePaths.descriptor(listing.table()),
                        List.of(new FlightEndpoint(new Ticket(ticket))))
                .setRecords(listing.rows())
                .setBytes(listing.bytes())
                .build();
    }
}
