package dev.eider.gateway.flight;

import com.google.protobuf.Any;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.read.ReadOptions;
import dev.eider.warehouse.write.AppendRequest;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightConstants;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.Ticket;

/**
 * Sends every call to the handler for it: Flight SQL's commands to {@link SqlProducer}, the rest to plain Flight.
 *
 * <p>Pure dispatch, and the place where every failure becomes an answer. Thread-safe.
 */
final class FlightRouter implements FlightProducer {
    private final RunningCalls running;
    private final Handlers handlers;
    private final Function<FlightStream, Upload> uploads;

    /** What there is to send calls to. Immutable. */
    record Handlers(
            Statements statements,
            ReadHandler reads,
            FollowHandler follows,
            PutHandler puts,
            ListingHandler listings,
            ActionTable actions,
            SqlProducer sql,
            SqlUpdates updates) {}

    FlightRouter(RunningCalls running, Handlers handlers, Function<FlightStream, Upload> uploads) {
        this.running = running;
        this.handlers = handlers;
        this.uploads = uploads;
    }

    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
        answer(() -> {
            ReadOptions options = ReadHeaders.of(context);
            if (SqlCommands.parse(ticket.getBytes()).isPresent()) {
                handlers.sql().getStream(context, ticket, listener);
                return ticket;
            }
            byte[] bytes = ticket.getBytes();
            Optional<FollowRequest> follow = FollowRequest.of(bytes);
            if (follow.isPresent()) {
                handlers.follows().follow(Callers.of(context), follow.get(), listener);
            } else {
                handlers.reads().stream(
                        Callers.of(context), end -> handlers.statements().ofTicket(bytes, options, end), listener);
            }
            return ticket;
        });
    }

    @Override
    public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
        return answer(() -> {
            if (isSql(descriptor)) {
                return handlers.sql().getFlightInfo(context, descriptor);
            }
            ReadHandler.Described described = described(context, descriptor);
            byte[] ticket = described.statement().ticket().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            return handlers.reads().info(Callers.of(context), described, descriptor, ticket);
        });
    }

    @Override
    public SchemaResult getSchema(CallContext context, FlightDescriptor descriptor) {
        return answer(() -> isSql(descriptor)
                ? handlers.sql().getSchema(context, descriptor)
                : new SchemaResult(described(context, descriptor).schema()));
    }

    private ReadHandler.Described described(CallContext context, FlightDescriptor descriptor) {
        ReadOptions options = ReadHeaders.of(context);
        return handlers.reads().describe(end -> handlers.statements().ofDescriptor(descriptor, options, end));
    }

    @Override
    public void listFlights(CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
        answer(() -> {
            handlers.listings().list(Callers.of(context), criteria.getExpression(), listener);
            return criteria;
        });
    }

    @Override
    public Runnable acceptPut(CallContext context, FlightStream stream, StreamListener<PutResult> results) {
        return () -> {
            ClientFlow flow = ClientFlow.current();
            try (RunningCalls.Call call = running.begin(flow::end);
                    Upload upload = uploads.apply(stream)) {
                put(context, upload, results);
            } catch (Exception failure) {
                throw FlightErrors.toFlight(flow.reasonOr(failure));
            }
        };
    }

    private void put(CallContext context, Upload upload, StreamListener<PutResult> results) {
        FlightDescriptor descriptor = upload.descriptor();
        if (!descriptor.isCommand()) {
            AppendRequest request =
                    new AppendRequest(TablePaths.table(descriptor.getPath()), WriteHeaders.parse(headers(context)));
            handlers.puts().append(Callers.of(context), request, upload, results);
            return;
        }
        Optional<Any> command = SqlCommands.parse(descriptor.getCommand());
        if (command.isEmpty()) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST, "DoPut needs a path descriptor, [table] or [namespace..., table]");
        }
        WriteHeaders.refuseAll(headers(context));
        handlers.updates().run(Callers.of(context), command.get(), upload, results);
    }

    @Override
    public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
        answer(() -> {
            Optional<FlightAction> own = handlers.actions().find(action.getType());
            if (own.isPresent()) {
                own.get().run(Callers.of(context), ReadHeaders.of(context), action.getBody(), listener);
            } else {
                handlers.sql().doAction(context, action, listener);
            }
            return action;
        });
    }

    @Override
    public void listActions(CallContext context, StreamListener<ActionType> listener) {
        answer(() -> {
            handlers.actions().types().forEach(listener::onNext);
            listener.onCompleted();
            return listener;
        });
    }

    private <T> T answer(Callable<T> work) {
        try (RunningCalls.Call call = running.begin()) {
            return work.call();
        } catch (Exception | StackOverflowError failure) {
            throw FlightErrors.toFlight(failure);
        }
    }

    private static boolean isSql(FlightDescriptor descriptor) {
        return descriptor.isCommand()
                && SqlCommands.parse(descriptor.getCommand()).isPresent();
    }

    private static CallHeaders headers(CallContext context) {
        return context.getMiddleware(FlightConstants.HEADER_KEY).headers();
    }
}
