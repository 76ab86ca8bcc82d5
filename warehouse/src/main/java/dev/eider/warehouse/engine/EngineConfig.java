package dev.eider.warehouse.engine;

import java.nio.file.Path;

/**
 * Limits of the DuckDB instance. Immutable.
 *
 * @param memoryLimitBytes what DuckDB may hold in memory before it spills
 * @param threads worker threads of the instance
 * @param tempDirectory where it spills to, in a directory of its own with mode 0700; what was created is removed at close
 * @param maxTempBytes how much it may spill
 * @param extensions what it may load at its start
 */
public record EngineConfig(
        long memoryLimitBytes, int threads, Path tempDirectory, long maxTempBytes, ExtensionConfig extensions) {
    /** Limits of an instance without extensions. */
    public EngineConfig(long memoryLimitBytes, int threads, Path tempDirectory, long maxTempBytes) {
        this(memoryLimitBytes, threads, tempDirectory, maxTempBytes, ExtensionConfig.NONE);
    }

    private static final int SERIAL_SHARE = 8;

    /** Returns the limits of the instance that most statements run in. */
    EngineConfig shared() {
        return new EngineConfig(
                memoryLimitBytes - memoryLimitBytes / SERIAL_SHARE, threads, tempDirectory, maxTempBytes, extensions);
    }

    /** Returns the limits of the instance whose statements run on the calling thread. */
    EngineConfig serial() {
        return new EngineConfig(memoryLimitBytes / SERIAL_SHARE, 1, tempDirectory, maxTempBytes, extensions);
    }
}
