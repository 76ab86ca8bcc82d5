package dev.eider.warehouse.statement;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableNames;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.read.BoundQuery;
import dev.eider.warehouse.read.QueryRun;
import dev.eider.warehouse.read.ReadOptions;
import dev.eider.warehouse.read.SnapshotBinder;
import dev.eider.warehouse.statement.TableChange.ColumnDefinition;
import dev.eider.warehouse.statement.TableChange.CreateTable;
import dev.eider.warehouse.statement.TableChange.DropTable;
import dev.eider.warehouse.statement.TableChange.InsertInto;
import dev.eider.warehouse.types.DuckDbTypes;
import dev.eider.warehouse.write.AppendReceipt;
import dev.eider.warehouse.write.AppendRequest;
import dev.eider.warehouse.write.BrokenStreamException;
import dev.eider.warehouse.write.TableAppender;
import dev.eider.warehouse.write.WriteMode;
import dev.eider.warehouse.write.WriteOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types.NestedField;

/** Tells queries from changes, and carries changes out. Thread-safe. */
public final class StatementRunner {
    private static final int FORMAT_VERSION = 2;

    private final TableCatalog catalog;
    private final QueryEngine engine;
    private final SnapshotBinder binder;
    private final TableAppender appender;
    private final BufferAllocator allocator;

    /** Creates a runner over parts that stay their owner's. */
    public StatementRunner(
            TableCatalog catalog,
            QueryEngine engine,
            SnapshotBinder binder,
            TableAppender appender,
            BufferAllocator allocator) {
        this.catalog = catalog;
        this.engine = engine;
        this.binder = binder;
        this.appender = appender;
        this.allocator = allocator;
    }

    /** Decides what a statement is, and binds it if it is a query; runs nothing. */
    public SqlStatement prepare(String sql, ReadOptions options, Cancellation cancellation) {
        Optional<TableChange> change = StatementParser.parse(sql);
        if (change.isEmpty()) {
            return new SqlStatement.Query(binder.bind(sql, options, allocator, cancellation));
        }
        if (!options.isEmpty()) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "min-snapshot and as-of are for queries: this version does not support them for updates");
        }
        return new SqlStatement.Update(
                sql, change.get().keywords() + " " + change.get().table());
    }

    /** Carries a change out. */
    public UpdateResult execute(SqlStatement.Update update, Cancellation cancellation) {
        TableChange change = StatementParser.parse(update.sql())
                .orElseThrow(() -> new EiderException(ErrorCode.INVALID_REQUEST, "The statement changes nothing"));
        if (change instanceof CreateTable create) {
            return create(create);
        }
        if (change instanceof InsertInto insert) {
            return insert(insert, cancellation);
        }
        if (change instanceof DropTable drop) {
            return drop(drop);
        }
        throw new IllegalStateException("Not a change: " + change);
    }

    private UpdateResult create(CreateTable create) {
        if (create.ifNotExists() && catalog.find(create.table()).isPresent()) {
            return new UpdateResult(0, Optional.empty());
        }
        TableState staged = catalog.stage(create.table(), schema(create.columns()), Map.of());
        try {
            catalog.committer().create(staged).orThrow();
        } catch (EiderException e) {
            if (!create.ifNotExists() || e.code() != ErrorCode.ALREADY_EXISTS) {
                throw e;
            }
        }
        return new UpdateResult(0, Optional.empty());
    }

    private Schema schema(List<ColumnDefinition> columns) {
        try (EngineConnection connection = engine.connect()) {
            ColumnTypes types = new ColumnTypes(FORMAT_VERSION);
            List<NestedField> fields = new ArrayList<>();
            List<String> seen = new ArrayList<>();
            for (ColumnDefinition column : columns) {
                if (seen.contains(TableNames.folded(column.name()))) {
                    throw new EiderException(
                            ErrorCode.INVALID_SQL, "Column \"%s\" is defined twice".formatted(column.name()));
                }
                seen.add(TableNames.folded(column.name()));
                fields.add(types.column(column.name(), connection.parseType(column.type()), column.required()));
            }
            return new Schema(fields);
        }
    }

    private UpdateResult drop(DropTable drop) {
        if (!catalog.committer().drop(drop.table()) && !drop.ifExists()) {
            throw TableCatalog.notFound(drop.table());
        }
        return new UpdateResult(0, Optional.empty());
    }

    private UpdateResult insert(InsertInto insert, Cancellation cancellation) {
        TableState table = catalog.load(insert.table());
        List<NestedField> targets = targets(table, insert);
        BoundQuery source = binder.bind(insert.query(), ReadOptions.NONE, allocator, cancellation);
        int width = binder.schema(source, allocator, cancellation).getFields().size();
        if (width != targets.size()) {
            throw new EiderException(
                    ErrorCode.INVALID_SQL,
                    "Table %s takes %d columns here but %d were given"
                            .formatted(table.identifier(), targets.size(), width));
        }
        BoundQuery converted = source.withSql(converted(source.sql(), targets));
        WriteOptions options = WriteOptions.of(WriteMode.APPEND);
        List<AppendReceipt> receipts = new ArrayList<>();
        try (QueryRun run = binder.run(converted, allocator, cancellation)) {
            try {
                appender.append(
                        new AppendRequest(table.identifier(), options), run.reader(), receipts::add, run::cancel);
            } catch (BrokenStreamException e) {
                throw run.failure(Objects.requireNonNullElse(e.getCause(), e));
            }
        }
        AppendReceipt receipt = receipts.get(0);
        return new UpdateResult(receipt.rows(), Optional.of(receipt));
    }

    private static List<NestedField> targets(TableState table, InsertInto insert) {
        Schema schema = table.metadata().schema();
        if (insert.columns().isEmpty()) {
            return schema.columns();
        }
        List<NestedField> targets = new ArrayList<>();
        for (String name : insert.columns()) {
            NestedField field = schema.findField(name);
            NestedField found = field == null ? schema.caseInsensitiveFindField(name) : field;
            if (found == null || !schema.columns().contains(found)) {
                throw new EiderException(
                        ErrorCode.SCHEMA_MISMATCH, "Table %s has no column \"%s\"".formatted(table.identifier(), name));
            }
            if (targets.contains(found)) {
                throw new EiderException(ErrorCode.INVALID_SQL, "Column \"%s\" is named twice".formatted(name));
            }
            targets.add(found);
        }
        return targets;
    }

    /** Wraps a query so that its columns arrive under the table's names and exact types, as an INSERT converts them. */
    private static String converted(String query, List<NestedField> targets) {
        StringJoiner columns = new StringJoiner(", ");
        StringJoiner names = new StringJoiner(", ");
        // A value that does not fit is reported under the name that it has here: the table's, unless two fold to one.
        long distinct = targets.stream()
                .map(target -> TableNames.folded(target.name()))
                .distinct()
                .count();
        for (int i = 0; i < targets.size(); i++) {
            NestedField target = targets.get(i);
            String column = SqlText.quoteIdentifier(target.name());
            String source = distinct == targets.size() ? column : "eider_" + i;
            columns.add("CAST(%s AS %s) AS %s".formatted(source, DuckDbTypes.of(target.type()), column));
            names.add(source);
        }
        return "SELECT %s FROM (%s\n) AS eider_source(%s)".formatted(columns, query, names);
    }
}
