package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightConstants;
import org.apache.arrow.flight.sql.FlightSqlUtils;

/** All actions by name: Eider's own, and those of Flight SQL that are supported. Immutable. */
final class ActionTable {
    private static final List<ActionType> SQL = List.of(
            FlightSqlUtils.FLIGHT_SQL_CREATE_PREPARED_STATEMENT,
            FlightSqlUtils.FLIGHT_SQL_CLOSE_PREPARED_STATEMENT,
            FlightConstants.SET_SESSION_OPTIONS,
            FlightConstants.GET_SESSION_OPTIONS,
            FlightConstants.CLOSE_SESSION);
    private static final Set<String> UNSUPPORTED = Stream.concat(
                    FlightSqlUtils.FLIGHT_SQL_ACTIONS.stream(),
                    Stream.of(FlightConstants.CANCEL_FLIGHT_INFO, FlightConstants.RENEW_FLIGHT_ENDPOINT))
            .map(ActionType::getType)
            .filter(name -> SQL.stream().noneMatch(type -> type.getType().equals(name)))
            .collect(Collectors.toUnmodifiableSet());

    private final Map<String, FlightAction> actions = new LinkedHashMap<>();

    ActionTable(List<FlightAction> actions) {
        actions.forEach(action -> this.actions.put(action.type().getType(), action));
    }

    /** Returns the documentation of every action. */
    List<ActionType> types() {
        return Stream.concat(actions.values().stream().map(FlightAction::type), SQL.stream())
                .toList();
    }

    /** Returns one of Eider's own actions; nothing means that Flight SQL has it. */
    Optional<FlightAction> find(String name) {
        FlightAction action = actions.get(name);
        if (action == null && UNSUPPORTED.contains(name)) {
            throw new EiderException(ErrorCode.UNSUPPORTED, "This version does not support the action " + name);
        }
        if (action == null && SQL.stream().noneMatch(type -> type.getType().equals(name))) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "Unknown action \"" + name + "\", known are "
                            + types().stream().map(ActionType::getType).collect(Collectors.joining(", ")));
        }
        return Optional.ofNullable(action);
    }
}
