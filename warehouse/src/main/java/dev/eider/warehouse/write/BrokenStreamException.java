package dev.eider.warehouse.write;

/** Carries what a caller's stream threw while it was read; its cause is for the caller to interpret. */
public final class BrokenStreamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokenStreamException(Throwable cause) {
        super("The stream of rows broke: " + cause.getMessage(), cause);
    }
}
