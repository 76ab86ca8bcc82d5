package dev.eider.catalog;

import org.jspecify.annotations.Nullable;

/**
 * The one exception that crosses Eider's packages: a code to act on, and one sentence that names the thing and the
 * value.
 *
 * <p>The message is shown to callers as it is: it holds no secrets, no stack and no host paths that the caller did not
 * name.
 */
public final class EiderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** Creates an error that has no deeper cause worth keeping. */
    public EiderException(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** Creates an error; {@code cause} is for the log only. */
    public EiderException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** Returns what went wrong. */
    public ErrorCode code() {
        return code;
    }

    /** Returns the message, which this exception always has. */
    public String text() {
        String message = getMessage();
        return message == null ? code.name() : message;
    }
}
