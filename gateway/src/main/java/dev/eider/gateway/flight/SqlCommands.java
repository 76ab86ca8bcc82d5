package dev.eider.gateway.flight;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;

/** Tells Flight SQL's commands, which are protobuf messages, from everything else that bytes can be. */
final class SqlCommands {
    private static final String TYPE_PREFIX = "type.googleapis.com/arrow.flight.protocol.sql.";

    private SqlCommands() {}

    /** Returns the command that the bytes hold, if they hold one. */
    static Optional<Any> parse(byte[] bytes) {
        try {
            Any command = Any.parseFrom(bytes);
            return command.getTypeUrl().startsWith(TYPE_PREFIX) ? Optional.of(command) : Optional.empty();
        } catch (InvalidProtocolBufferException somethingElse) {
            return Optional.empty();
        }
    }

    /** Returns the name of a command as the protocol spells it. */
    static String name(Any command) {
        return command.getTypeUrl().substring(TYPE_PREFIX.length());
    }
}
