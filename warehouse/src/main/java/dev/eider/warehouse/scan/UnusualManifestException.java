package dev.eider.warehouse.scan;

/** Says that a manifest was written in a way that only Iceberg's own reader knows what to do with. */
final class UnusualManifestException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusualManifestException(String message) {
        super(message);
    }
}
