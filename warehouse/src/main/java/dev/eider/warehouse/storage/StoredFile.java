package dev.eider.warehouse.storage;

/**
 * A file of a table, as its metadata names it. Files of tables never change, so that these two tell one from all others.
 *
 * @param location where it is
 * @param bytes how long it is
 */
public record StoredFile(String location, long bytes) {}
