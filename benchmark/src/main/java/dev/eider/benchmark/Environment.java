package dev.eider.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.IcebergBuild;

/** Tells what the figures were measured on. */
final class Environment {
    private Environment() {}

    static void print() throws IOException {
        System.out.printf(
                Locale.ROOT,
                "machine   %s, %d cores, %.0f GB memory, %s %s%n",
                processor(),
                Runtime.getRuntime().availableProcessors(),
                memoryBytes() / 1e9,
                System.getProperty("os.name"),
                System.getProperty("os.version"));
        System.out.printf(
                Locale.ROOT,
                "java      %s %s, heap %d MB%n",
                System.getProperty("java.vm.vendor"),
                System.getProperty("java.version"),
                Runtime.getRuntime().maxMemory() >> 20);
        System.out.printf(
                Locale.ROOT,
                "versions  Iceberg %s, Arrow %s, DuckDB %s%n",
                IcebergBuild.version(),
                VectorSchemaRoot.class.getPackage().getImplementationVersion(),
                DuckDb.version());
    }

    /** Returns the processor time that this process has taken so far, on all cores. */
    static long processorNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    private static double memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Double.NaN;
    }

    private static String processor() throws IOException {
        Path information = Path.of("/proc/cpuinfo");
        if (!Files.exists(information)) {
            return System.getProperty("os.arch");
        }
        try (Stream<String> lines = Files.lines(information)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        }
    }
}
