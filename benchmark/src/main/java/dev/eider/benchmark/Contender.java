package dev.eider.benchmark;

/**
 * One of several ways to do the same work.
 *
 * @param name as it is printed
 * @param work does the work once, in the timed part, and returns a checksum of the result
 */
record Contender(String name, Work work) {

    /** The timed work. */
    @FunctionalInterface
    interface Work {
        /** Runs once and returns a checksum that every contender must share. */
        String run() throws Exception;
    }
}
