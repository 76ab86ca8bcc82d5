package dev.eider.gateway.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * What a ticket such as {@code {"follow": "main.t", "from": 42}} asks for. Immutable.
 *
 * @param from the snapshot whose successors are wanted, 0 for all there are; the current one if it is missing
 * @param branch the branch that is followed
 * @param heartbeat how often a quiet stream says that it lives
 */
record FollowRequest(TableIdentifier table, OptionalLong from, String branch, Duration heartbeat) {
    private static final String TABLE = "follow";
    private static final String FROM = "from";
    private static final String BRANCH = "branch";
    private static final String HEARTBEAT = "heartbeat_seconds";
    private static final Set<String> FIELDS = Set.of(TABLE, FROM, BRANCH, HEARTBEAT);
    private static final int DEFAULT_HEARTBEAT_SECONDS = 10;
    private static final int LONGEST_HEARTBEAT_SECONDS = 300;

    /** Returns nothing for a ticket of another kind: SQL never begins like an object, what is signed never ends like one. */
    static Optional<FollowRequest> of(byte[] ticket) {
        String text = new String(ticket, StandardCharsets.UTF_8).strip();
        if (!text.startsWith("{") || !text.endsWith("}")) {
            return Optional.empty();
        }
        Optional<ObjectNode> json = WireJson.asObject(text);
        return json.filter(object -> object.has(TABLE)).map(FollowRequest::parse);
    }

    private static FollowRequest parse(ObjectNode json) {
        json.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                throw bad(json, "unknown field \"" + name + "\", known are " + new TreeSet<>(FIELDS));
            }
        });
        JsonNode branch = json.path(BRANCH);
        if (!branch.isMissingNode() && (!branch.isTextual() || branch.asText().isBlank())) {
            throw bad(json, "\"branch\" has to be a name");
        }
        JsonNode heartbeat = json.path(HEARTBEAT);
        int seconds = heartbeat.isMissingNode() ? DEFAULT_HEARTBEAT_SECONDS : heartbeat.asInt(0);
        if (seconds < 1 || seconds > LONGEST_HEARTBEAT_SECONDS) {
            throw bad(json, "\"heartbeat_seconds\" has to be between 1 and " + LONGEST_HEARTBEAT_SECONDS);
        }
        return new FollowRequest(
                TablePaths.table(WireJson.text(json, TABLE)),
                from(json),
                branch.asText(SnapshotRef.MAIN_BRANCH),
                Duration.ofSeconds(seconds));
    }

    /** Text is taken too: numbers of 64 bits do not survive JavaScript. */
    private static OptionalLong from(ObjectNode json) {
        JsonNode from = json.path(FROM);
        if (from.isMissingNode() || from.isNull()) {
            return OptionalLong.empty();
        }
        if (from.canConvertToLong() && from.isIntegralNumber() && from.longValue() >= 0) {
            return OptionalLong.of(from.longValue());
        }
        if (from.asText().matches("\\d{1,18}|[1-8]\\d{18}|9[01]\\d{17}|92\\d{17}")) {
            return OptionalLong.of(Long.parseLong(from.asText()));
        }
        throw bad(json, "\"from\" has to be a snapshot id, or 0 for the beginning");
    }

    private static EiderException bad(ObjectNode json, String reason) {
        return new EiderException(
                ErrorCode.INVALID_REQUEST, "The ticket " + WireJson.ascii(json) + " is wrong: " + reason);
    }
}
