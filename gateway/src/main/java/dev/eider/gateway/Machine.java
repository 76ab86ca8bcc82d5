package dev.eider.gateway;

import java.lang.management.ManagementFactory;

/**
 * What this host offers: the measure of defaults. Immutable.
 *
 * @param memoryBytes physical memory, or the container's limit
 * @param heapBytes the most that the JVM's heap may grow to
 * @param directBytes the most that the JVM allots outside the heap
 * @param processors how many threads run at once
 * @param processId the number of this process
 */
record Machine(long memoryBytes, long heapBytes, long directBytes, int processors, long processId) {

    /** Returns the host that this process runs on. */
    static Machine current() {
        Runtime runtime = Runtime.getRuntime();
        long memory = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
                .getTotalMemorySize();
        return new Machine(
                memory,
                runtime.maxMemory(),
                directBytes(runtime.maxMemory()),
                runtime.availableProcessors(),
                ProcessHandle.current().pid());
    }

    /** Unless it was set, the JVM allows as much as for the heap. */
    private static long directBytes(long heapBytes) {
        String set = ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue();
        return set.equals("0") ? heapBytes : Long.parseLong(set);
    }
}
