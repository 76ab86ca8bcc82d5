package dev.eider.catalog;

import java.time.Instant;

/**
 * A file that nothing current refers to any more.
 *
 * @param retired since when
 * @param deleteAfter from when on it may be removed, unless a read still needs it
 */
record RetiredFile(String location, String tableUuid, Instant retired, Instant deleteAfter) {}
