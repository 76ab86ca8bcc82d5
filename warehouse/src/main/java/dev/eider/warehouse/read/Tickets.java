package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.SigningKeys;
import dev.eider.catalog.SigningKeys.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Turns bound queries into tickets that any process over the same catalog takes back, unaltered and for a while.
 *
 * <p>A ticket is a JSON object, a dot, the id of the key that signed all before the next dot, and the signature. It tells
 * what to read, and gives no right to read it. Thread-safe.
 */
public final class Tickets {
    private final SigningKeys keys;
    private final Duration lifetime;
    private final Clock clock;

    /** Creates tickets that expire after a time, which the files of their snapshots must outlast. */
    public Tickets(SigningKeys keys, Duration lifetime, Clock clock) {
        this.keys = keys;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /** Returns whether a text means to be a ticket; SQL never begins like one. */
    public static boolean isTicket(String text) {
        return text.startsWith("{");
    }

    /** Returns the ticket of a query, which is good for a while from the moment it was bound. */
    public String issue(BoundQuery query) {
        String content = TicketText.write(query, query.bound().plus(lifetime));
        Signature signature = keys.sign(content);
        return content + "." + signature.keyId() + "." + signature.code();
    }

    /** Restores the query of a ticket; any text that {@link #issue} did not give, or gave too long ago, is refused. */
    public BoundQuery redeem(String ticket) {
        int code = ticket.lastIndexOf('.');
        int key = ticket.lastIndexOf('.', code - 1);
        if (key < 0) {
            throw TicketText.unknown();
        }
        String content = ticket.substring(0, key);
        if (!keys.isValid(content, new Signature(ticket.substring(key + 1, code), ticket.substring(code + 1)))) {
            throw TicketText.unknown();
        }
        TicketText.Content read = TicketText.read(content);
        Instant now = clock.instant();
        if (!now.isBefore(read.expires())) {
            throw new EiderException(
                    ErrorCode.TICKET_EXPIRED, "The ticket expired at %s, ask for a new one".formatted(read.expires()));
        }
        return read.query();
    }
}
