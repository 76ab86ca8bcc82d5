package dev.eider.gateway.flight;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.ReadOptions;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.CloseSessionRequest;
import org.apache.arrow.flight.CloseSessionResult;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.GetSessionOptionsRequest;
import org.apache.arrow.flight.GetSessionOptionsResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.SchemaResult;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.SetSessionOptionsResult;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.BasicFlightSqlProducer;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionClosePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionCreatePreparedStatementResult;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCrossReference;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetExportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetImportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetPrimaryKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetSqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetXdbcTypeInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Decodes Flight SQL and delegates. Thread-safe.
 *
 * <p>Prepared statements are stateless: the handle is the SQL text, so any gateway over the same catalog serves it, and
 * nothing has to be kept or closed.
 */
final class SqlProducer extends BasicFlightSqlProducer {
    private final Statements statements;
    private final ReadHandler reads;
    private final SqlMetadata metadata;
    private final SqlServerInfo serverInfo = new SqlServerInfo();

    SqlProducer(Statements statements, ReadHandler reads, SqlMetadata metadata) {
        this.statements = statements;
        this.reads = reads;
        this.metadata = metadata;
    }

    @Override
    public FlightInfo getFlightInfoStatement(
            CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        refuseTransaction(command.hasTransactionId());
        ReadOptions options = ReadHeaders.of(context);
        return info(context, reads.describe(end -> statements.ofSql(command.getQuery(), options, end)), descriptor);
    }

    @Override
    public FlightInfo getFlightInfoPreparedStatement(
            CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        ReadOptions options = ReadHeaders.of(context);
        return info(
                context,
                reads.describe(end -> prepared(command.getPreparedStatementHandle(), options, end)),
                descriptor);
    }

    private FlightInfo info(CallContext context, ReadHandler.Described described, FlightDescriptor descriptor) {
        Message ticket = TicketStatementQuery.newBuilder()
                .setStatementHandle(
                        ByteString.copyFromUtf8(described.statement().ticket()))
                .build();
        return reads.info(Callers.of(context), described, descriptor, packed(ticket));
    }

    @Override
    public SchemaResult getSchemaStatement(
            CommandStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        refuseTransaction(command.hasTransactionId());
        ReadOptions options = ReadHeaders.of(context);
        return new SchemaResult(reads.describe(end -> statements.ofSql(command.getQuery(), options, end))
                .schema());
    }

    @Override
    public SchemaResult getSchemaPreparedStatement(
            CommandPreparedStatementQuery command, CallContext context, FlightDescriptor descriptor) {
        ReadOptions options = ReadHeaders.of(context);
        return new SchemaResult(reads.describe(end -> prepared(command.getPreparedStatementHandle(), options, end))
                .schema());
    }

    @Override
    public void getStreamStatement(TicketStatementQuery ticket, CallContext context, ServerStreamListener listener) {
        byte[] handle = ticket.getStatementHandle().toByteArray();
        ReadOptions options = ReadHeaders.of(context);
        reads.stream(Callers.of(context), end -> statements.ofTicket(handle, options, end), listener);
    }

    @Override
    public void getStreamPreparedStatement(
            CommandPreparedStatementQuery command, CallContext context, ServerStreamListener listener) {
        ByteString handle = command.getPreparedStatementHandle();
        ReadOptions options = ReadHeaders.of(context);
        reads.stream(Callers.of(context), end -> prepared(handle, options, end), listener);
    }

    private Statement prepared(ByteString handle, ReadOptions options, Cancellation cancellation) {
        return statements.ofSql(
                Statements.text(handle.toByteArray(), "prepared statement's handle"), options, cancellation);
    }

    @Override
    public void createPreparedStatement(
            ActionCreatePreparedStatementRequest request, CallContext context, StreamListener<Result> listener) {
        refuseTransaction(request.hasTransactionId());
        ReadOptions options = ReadHeaders.of(context);
        ReadHandler.Described described = reads.describe(end -> statements.ofSql(request.getQuery(), options, end));
        ActionCreatePreparedStatementResult.Builder result = ActionCreatePreparedStatementResult.newBuilder()
                .setPreparedStatementHandle(ByteString.copyFrom(request.getQuery(), StandardCharsets.UTF_8));
        if (described.statement() instanceof QueryStatement) {
            // Clients tell queries from updates by this schema: an update must not have one.
            result.setDatasetSchema(ByteString.copyFrom(SqlMetadata.serialized(described.schema())));
        }
        listener.onNext(new Result(packed(result.build())));
        listener.onCompleted();
    }

    @Override
    public void closePreparedStatement(
            ActionClosePreparedStatementRequest request, CallContext context, StreamListener<Result> listener) {
        listener.onCompleted();
    }

    @Override
    protected <T extends Message> List<FlightEndpoint> determineEndpoints(
            T request, FlightDescriptor descriptor, Schema schema) {
        return List.of(new FlightEndpoint(new Ticket(packed(request))));
    }

    @Override
    public void getStreamSqlInfo(CommandGetSqlInfo command, CallContext context, ServerStreamListener listener) {
        serverInfo.send(command.getInfoList(), listener);
    }

    @Override
    public void getStreamCatalogs(CallContext context, ServerStreamListener listener) {
        metadata.sendCatalogs(listener);
    }

    @Override
    public void getStreamSchemas(CommandGetDbSchemas command, CallContext context, ServerStreamListener listener) {
        metadata.sendSchemas(command, listener);
    }

    @Override
    public void getStreamTables(CommandGetTables command, CallContext context, ServerStreamListener listener) {
        metadata.sendTables(command, listener);
    }

    @Override
    public void getStreamTableTypes(CallContext context, ServerStreamListener listener) {
        metadata.sendTableTypes(listener);
    }

    @Override
    public void getStreamTypeInfo(CommandGetXdbcTypeInfo command, CallContext context, ServerStreamListener listener) {
        metadata.sendNothing(Schemas.GET_TYPE_INFO_SCHEMA, listener);
    }

    @Override
    public void getStreamPrimaryKeys(
            CommandGetPrimaryKeys command, CallContext context, ServerStreamListener listener) {
        metadata.sendNothing(Schemas.GET_PRIMARY_KEYS_SCHEMA, listener);
    }

    @Override
    public void getStreamExportedKeys(
            CommandGetExportedKeys command, CallContext context, ServerStreamListener listener) {
        metadata.sendNothing(Schemas.GET_EXPORTED_KEYS_SCHEMA, listener);
    }

    @Override
    public void getStreamImportedKeys(
            CommandGetImportedKeys command, CallContext context, ServerStreamListener listener) {
        metadata.sendNothing(Schemas.GET_IMPORTED_KEYS_SCHEMA, listener);
    }

    @Override
    public void getStreamCrossReference(
            CommandGetCrossReference command, CallContext context, ServerStreamListener listener) {
        metadata.sendNothing(Schemas.GET_CROSS_REFERENCE_SCHEMA, listener);
    }

    /** Accepts the one catalog there is; every other option is refused by name, never ignored. */
    @Override
    public void setSessionOptions(
            SetSessionOptionsRequest request, CallContext context, StreamListener<SetSessionOptionsResult> listener) {
        Map<String, SetSessionOptionsResult.Error> errors = new HashMap<>();
        request.getSessionOptions().forEach((name, value) -> {
            if (!name.equals("catalog")) {
                errors.put(name, error(SetSessionOptionsResult.ErrorValue.INVALID_NAME));
            } else if (!CatalogConfig.DEFAULT_NAME.equals(value.acceptVisitor(new SessionText()))) {
                errors.put(name, error(SetSessionOptionsResult.ErrorValue.INVALID_VALUE));
            }
        });
        listener.onNext(new SetSessionOptionsResult(errors));
        listener.onCompleted();
    }

    private static SetSessionOptionsResult.Error error(SetSessionOptionsResult.ErrorValue value) {
        return new SetSessionOptionsResult.Error(value);
    }

    @Override
    public void getSessionOptions(
            GetSessionOptionsRequest request, CallContext context, StreamListener<GetSessionOptionsResult> listener) {
        listener.onNext(new GetSessionOptionsResult(Map.of()));
        listener.onCompleted();
    }

    @Override
    public void closeSession(
            CloseSessionRequest request, CallContext context, StreamListener<CloseSessionResult> listener) {
        listener.onNext(new CloseSessionResult(CloseSessionResult.Status.CLOSED));
        listener.onCompleted();
    }

    static void refuseTransaction(boolean given) {
        if (given) {
            throw new EiderException(ErrorCode.UNSUPPORTED, "This version does not support transactions");
        }
    }

    private static byte[] packed(Message message) {
        return Any.pack(message).toByteArray();
    }
}
