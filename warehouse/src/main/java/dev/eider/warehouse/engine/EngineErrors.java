package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns DuckDB's errors into Eider's: the one place that reads its messages, by their error-type prefix.
 *
 * <p>Messages lose the quotation of the executed text, which is not the caller's own, host paths, and advice on DuckDB's
 * settings. Stateless.
 */
final class EngineErrors {
    private static final Pattern TYPED = Pattern.compile(
            "^(?:[A-Z][\\w ]*? ?Error: )*?(?<type>[A-Z][A-Za-z ]*?) Error: (?<text>.*)$", Pattern.DOTALL);
    private static final Pattern ARROW_MESSAGE = Pattern.compile(
            "^(?:\\[errno -?\\d+\\] )?(?:[\\w.]*: )?CDataJniException\\{errno=-?\\d+, message=(?<text>.*)\\}$",
            Pattern.DOTALL);
    private static final Pattern QUOTATION = Pattern.compile(
            "\\n\\s*\\n?(LINE \\d+:|Stack Trace:|Possible solutions:|Authentication Failure|Bad Request|\\tat ).*",
            Pattern.DOTALL);
    private static final Pattern PLACE =
            Pattern.compile("(\\b(?:s3|https?)://[^\\s\"',;()]*)|(?:file:/{0,3})?/[^\\s\"',;:()]+/[^\\s\"',;:()]*");
    private static final Pattern NOT_FOUND = Pattern.compile("\\bHTTP 404\\b|\\b404 \\(");
    private static final Pattern SLOW_DOWN = Pattern.compile("\\bHTTP 503\\b|\\b503 \\(");
    private static final Map<String, ErrorCode> CODES = Map.ofEntries(
            Map.entry("parser", ErrorCode.INVALID_SQL),
            Map.entry("syntax", ErrorCode.INVALID_SQL),
            Map.entry("binder", ErrorCode.INVALID_SQL),
            Map.entry("catalog", ErrorCode.INVALID_SQL),
            Map.entry("conversion", ErrorCode.INVALID_SQL),
            Map.entry("mismatch type", ErrorCode.INVALID_SQL),
            Map.entry("invalid input", ErrorCode.INVALID_SQL),
            Map.entry("invalid type", ErrorCode.INVALID_SQL),
            Map.entry("out of range", ErrorCode.INVALID_SQL),
            Map.entry("expression", ErrorCode.INVALID_SQL),
            Map.entry("expression depth limit", ErrorCode.INVALID_SQL),
            Map.entry("parameter not resolved", ErrorCode.INVALID_SQL),
            Map.entry("constraint", ErrorCode.INVALID_SQL),
            Map.entry("sequence", ErrorCode.INVALID_SQL),
            Map.entry("not implemented", ErrorCode.UNSUPPORTED),
            Map.entry("permission", ErrorCode.FORBIDDEN),
            Map.entry("interrupt", ErrorCode.CANCELLED),
            Map.entry("out of memory", ErrorCode.TOO_LARGE),
            Map.entry("http", ErrorCode.STORAGE_FAILED),
            Map.entry("io", ErrorCode.STORAGE_FAILED));

    private EngineErrors() {}

    /** Translates what a driver call threw. */
    static EiderException translate(Throwable error) {
        if (error instanceof EiderException known) {
            return known;
        }
        String message = engineMessage(String.valueOf(error.getMessage()));
        int limit = message.indexOf(GrowthLimits.MARK);
        if (limit >= 0) {
            String what = message.substring(limit + GrowthLimits.MARK.length()).split("['\\n]", 2)[0];
            return new EiderException(
                    ErrorCode.TOO_LARGE, "The query makes " + what + ", which is more than it may", error);
        }
        int keyword = message.indexOf(KeywordFunctions.MARK);
        if (keyword >= 0) {
            String name =
                    message.substring(keyword + KeywordFunctions.MARK.length()).split("['\\n]", 2)[0];
            return new EiderException(
                    ErrorCode.FORBIDDEN,
                    "There is no column %s here, and the function of that name is not allowed".formatted(name),
                    error);
        }
        Matcher typed = TYPED.matcher(message.strip());
        if (!typed.matches()) {
            return new EiderException(ErrorCode.INTERNAL, "The query engine failed: " + firstLine(message), error);
        }
        ErrorCode code = CODES.getOrDefault(typed.group("type").toLowerCase(Locale.ROOT), ErrorCode.INTERNAL);
        String text = readable(typed.group("text"));
        return switch (code) {
            case STORAGE_FAILED -> storageFailure(text, error);
            case CANCELLED -> new EiderException(code, "The query was cancelled", error);
            case TOO_LARGE -> new EiderException(code, "The query needs more memory than it may use: " + text, error);
            case INTERNAL -> new EiderException(code, "The query engine failed: " + text, error);
            default -> new EiderException(code, text, error);
        };
    }

    /** A result that fails while it is read comes by way of Arrow, which wraps the message in its own. */
    private static String engineMessage(String message) {
        Matcher wrapped = ARROW_MESSAGE.matcher(message.strip());
        return wrapped.matches() ? wrapped.group("text") : message;
    }

    /** Tells apart what a bucket answered. */
    private static EiderException storageFailure(String text, Throwable error) {
        if (NOT_FOUND.matcher(text).find()) {
            return new EiderException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "Files of a snapshot are gone: it was removed meanwhile, or its storage lost them",
                    error);
        }
        ErrorCode code = SLOW_DOWN.matcher(text).find() ? ErrorCode.OVERLOADED : ErrorCode.STORAGE_FAILED;
        return new EiderException(code, text, error);
    }

    private static String readable(String text) {
        String own = QUOTATION.matcher(text).replaceFirst("").strip();
        return PLACE.matcher(own)
                .replaceAll(place -> place.group(1) == null ? "<path>" : Matcher.quoteReplacement(place.group()))
                .replaceAll("\\s*\\n\\s*", " ");
    }

    private static String firstLine(String message) {
        return readable(message.lines().findFirst().orElse(message));
    }
}
