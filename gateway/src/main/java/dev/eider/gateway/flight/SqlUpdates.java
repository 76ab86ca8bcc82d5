package dev.eider.gateway.flight;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.ReadOptions;
import dev.eider.warehouse.statement.UpdateResult;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.sql.FlightSqlUtils;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementQuery;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandPreparedStatementUpdate;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementUpdate;
import org.apache.arrow.flight.sql.impl.FlightSql.DoPutUpdateResult;
import org.apache.arrow.memory.BufferAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the statements that Flight SQL sends by {@code DoPut}. Thread-safe. */
final class SqlUpdates {
    /** Trailer with the receipt of an update that appended rows. */
    private static final String RECEIPT = "eider-receipt";

    private static final Logger LOG = LoggerFactory.getLogger(SqlUpdates.class);

    private final Statements statements;
    private final ReadHandler reads;
    private final BufferAllocator allocator;

    SqlUpdates(Statements statements, ReadHandler reads, BufferAllocator allocator) {
        this.statements = statements;
        this.reads = reads;
        this.allocator = allocator;
    }

    /** Runs one command, and answers with the number of rows that it changed. */
    void run(Caller caller, Any command, Upload upload, StreamListener<PutResult> results) {
        if (command.is(CommandStatementUpdate.class)) {
            CommandStatementUpdate update = FlightSqlUtils.unpackOrThrow(command, CommandStatementUpdate.class);
            SqlProducer.refuseTransaction(update.hasTransactionId());
            // Clients of this command keep their side open until they have the answer: nothing more comes from them.
            upload.expectNothing();
            execute(caller, update.getQueryBytes(), results);
        } else if (command.is(CommandPreparedStatementUpdate.class)) {
            CommandPreparedStatementUpdate update =
                    FlightSqlUtils.unpackOrThrow(command, CommandPreparedStatementUpdate.class);
            if (upload.hasValues()) {
                throw parameters();
            }
            execute(caller, update.getPreparedStatementHandle(), results);
        } else if (command.is(CommandPreparedStatementQuery.class)) {
            throw parameters();
        } else {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED, "This version does not support " + SqlCommands.name(command) + " by DoPut");
        }
    }

    private static EiderException parameters() {
        return new EiderException(
                ErrorCode.UNSUPPORTED, "This version does not support parameters: put the values into the SQL text");
    }

    private void execute(Caller caller, ByteString sql, StreamListener<PutResult> results) {
        LOG.debug("Update begins, caller={}", caller.name());
        UpdateResult result = reads.update(cancellation -> execute(sql, cancellation));
        result.receipt()
                .ifPresent(receipt -> ClientFlow.current().addTrailer(RECEIPT, WireJson.receiptTrailer(receipt)));
        byte[] answer = DoPutUpdateResult.newBuilder()
                .setRecordCount(result.rows())
                .build()
                .toByteArray();
        try (PutResult put = PutResult.metadata(Buffers.copyOf(answer, allocator))) {
            results.onNext(put);
        }
    }

    private UpdateResult execute(ByteString sql, Cancellation cancellation) {
        String text = Statements.text(sql.toByteArray(), "statement");
        if (statements.ofSql(text, ReadOptions.NONE, cancellation) instanceof UpdateStatement update) {
            return update.execute(cancellation);
        }
        throw new EiderException(
                ErrorCode.INVALID_REQUEST, "The statement returns rows: run it as a query, not as an update");
    }
}
