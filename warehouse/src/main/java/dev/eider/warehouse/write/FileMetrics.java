package dev.eider.warehouse.write;

import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.storage.ParquetInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.Table;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;

/**
 * Describes a data file from its own footer: counts, null counts, bounds, split offsets.
 *
 * <p>Floating-point columns need care. The engine leaves out the bounds of a row group that holds a NaN, and merging
 * the remaining row groups would give bounds that exclude real values: readers would skip rows. Such columns are
 * measured again, with their NaN values counted. Stateless.
 */
final class FileMetrics {
    /** Hadoop's own configuration would be parsed from XML for every file. */
    private static final ParquetReadOptions PLAIN =
            ParquetReadOptions.builder(new PlainParquetConfiguration()).build();

    private FileMetrics() {}

    /**
     * Describes a file that is readable by path.
     *
     * @param location under which it will belong to the table
     */
    static DataFile of(Table table, DataFileWriter.WrittenFile file, String location, EngineConnection connection)
            throws IOException {
        ParquetMetadata footer;
        try (ParquetFileReader reader = ParquetFileReader.open(ParquetInput.of(file.path()), PLAIN)) {
            footer = reader.getFooter();
        }
        List<FieldMetrics<?>> floating = new ArrayList<>();
        for (FloatingColumn column : floatingColumns(table.schema().asStruct(), List.of())) {
            floating.add(measure(column, footer, file, connection));
        }
        Metrics merged = ParquetUtil.footerMetrics(footer, floating.stream(), MetricsConfig.forTable(table));
        Metrics metrics = UuidBounds.of(CompleteBounds.of(merged, footer), table.schema());
        return DataFiles.builder(table.spec())
                .withPath(location)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(file.bytes())
                .withMetrics(metrics)
                .withSplitOffsets(ParquetUtil.getSplitOffsets(footer))
                .build();
    }

    /** A column of type float or double, reached through structs only: others carry no bounds. */
    private record FloatingColumn(int id, Type type, List<String> path) {}

    private static List<FloatingColumn> floatingColumns(Types.StructType struct, List<String> parents) {
        List<FloatingColumn> columns = new ArrayList<>();
        for (Types.NestedField field : struct.fields()) {
            List<String> path = new ArrayList<>(parents);
            path.add(field.name());
            switch (field.type().typeId()) {
                case FLOAT, DOUBLE -> columns.add(new FloatingColumn(field.fieldId(), field.type(), path));
                case STRUCT -> columns.addAll(floatingColumns(field.type().asStructType(), path));
                default -> {}
            }
        }
        return columns;
    }

    private static FieldMetrics<?> measure(
            FloatingColumn column,
            ParquetMetadata footer,
            DataFileWriter.WrittenFile file,
            EngineConnection connection) {
        Bounds bounds = Bounds.EMPTY;
        for (BlockMetaData block : footer.getBlocks()) {
            for (ColumnChunkMetaData chunk : block.getColumns()) {
                if (Arrays.asList(chunk.getPath().toArray()).equals(column.path())) {
                    bounds = bounds.plus(chunk);
                }
            }
        }
        Bounds exact = bounds.complete() ? bounds : measureAgain(column, bounds, file, connection);
        return exact.metrics(column);
    }

    private static Bounds measureAgain(
            FloatingColumn column, Bounds counted, DataFileWriter.WrittenFile file, EngineConnection connection) {
        StringBuilder name = new StringBuilder();
        column.path().forEach(part -> name.append(name.isEmpty() ? "" : ".").append(SqlText.quoteIdentifier(part)));
        String sql = "SELECT count(*) FILTER (isnan(v)), min(v) FILTER (NOT isnan(v)), max(v) FILTER (NOT isnan(v))"
                + " FROM (SELECT CAST(%s AS DOUBLE) AS v FROM read_parquet([%s]))"
                        .formatted(
                                name,
                                SqlText.quoteLiteral(
                                        SqlText.globEscaped(file.path().toString())));
        return connection
                .query(sql, row -> {
                    long nans = row.getLong(1);
                    double lower = row.getDouble(2);
                    boolean present = !row.wasNull();
                    return new Bounds(counted.values(), counted.nulls(), nans, present, lower, row.getDouble(3), true);
                })
                .get(0);
    }

    /**
     * Counts and bounds of one column over some row groups.
     *
     * @param present whether there is a bound at all
     * @param complete whether every value was seen in a bound, so that none is a NaN
     */
    private record Bounds(
            long values, long nulls, long nans, boolean present, double lower, double upper, boolean complete) {
        private static final Bounds EMPTY = new Bounds(0, 0, 0, false, 0, 0, true);

        Bounds plus(ColumnChunkMetaData chunk) {
            Statistics<?> statistics = chunk.getStatistics();
            long allValues = values + chunk.getValueCount();
            long allNulls = nulls + Math.max(0, statistics.getNumNulls());
            if (statistics.hasNonNullValue() && statistics.isNumNullsSet()) {
                double low = ((Number) statistics.genericGetMin()).doubleValue();
                double high = ((Number) statistics.genericGetMax()).doubleValue();
                return new Bounds(
                        allValues,
                        allNulls,
                        nans,
                        true,
                        present ? Math.min(lower, low) : low,
                        present ? Math.max(upper, high) : high,
                        complete);
            }
            boolean onlyNulls = statistics.isNumNullsSet() && statistics.getNumNulls() == chunk.getValueCount();
            return new Bounds(allValues, allNulls, nans, present, lower, upper, complete && onlyNulls);
        }

        FieldMetrics<?> metrics(FloatingColumn column) {
            if (!present) {
                return new FieldMetrics<>(column.id(), values, nulls, nans);
            }
            // Iceberg orders -0.0 before 0.0; the engine holds them equal and may report either.
            double low = lower == 0.0 ? -0.0 : lower;
            double high = upper == 0.0 ? 0.0 : upper;
            return column.type().typeId() == Type.TypeID.FLOAT
                    ? new FieldMetrics<>(column.id(), values, nulls, nans, (float) low, (float) high)
                    : new FieldMetrics<>(column.id(), values, nulls, nans, low, high);
        }
    }
}
