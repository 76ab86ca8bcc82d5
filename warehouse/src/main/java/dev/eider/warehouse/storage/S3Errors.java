package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Request;

/**
 * A client that turns what a bucket answers, once all attempts have failed, into errors that name the operation, the object and what to
 * do. None holds a key or a signature. That an object is missing stays what it is: Iceberg expects it. Thread-safe.
 */
final class S3Errors extends DelegatingS3Client {
    private static final int MISSING = 404;
    private static final int SLOW_DOWN = 503;

    private static final Map<String, String> ADVICE = Map.of(
            "InvalidAccessKeyId", "the server does not know the access key: check storage.s3.access-key-id",
            "SignatureDoesNotMatch", "the secret key is not that of the access key: check storage.s3.secret-access-key",
            "AccessDenied", "the credentials are not allowed to do this",
            "NoSuchBucket", "there is no such bucket",
            "ExpiredToken", "the session token has expired",
            "InvalidToken", "the session token is not valid",
            "PermanentRedirect", "the bucket is in another region: check storage.s3.region",
            "AuthorizationHeaderMalformed", "the region is not that of the bucket: check storage.s3.region",
            "RequestTimeTooSkewed", "the clocks of this host and of the server differ by too much",
            "SlowDown", "the server asks to slow down");

    private final String server;

    /**
     * Wraps a client.
     *
     * @param server how the server is called in errors
     */
    S3Errors(S3Client client, String server) {
        super(client);
        this.server = server;
    }

    @Override
    protected <T extends S3Request, R> R invokeOperation(T request, Function<T, R> operation) {
        try {
            return operation.apply(request);
        } catch (SdkException | UncheckedIOException e) {
            throw translated(request, e);
        }
    }

    private RuntimeException translated(S3Request request, RuntimeException failure) {
        if (isMissingObject(failure)) {
            return failure;
        }
        String operation = request.getClass().getSimpleName().replaceFirst("(V2)?Request$", "");
        return new EiderException(
                isOverloaded(failure) ? ErrorCode.OVERLOADED : ErrorCode.STORAGE_FAILED,
                "%s of %s failed: %s".formatted(operation, target(request), reason(failure)),
                failure);
    }

    private static boolean isMissingObject(Throwable failure) {
        return failure instanceof AwsServiceException service
                && service.statusCode() == MISSING
                && !code(service).equals("NoSuchBucket");
    }

    private static boolean isOverloaded(Throwable failure) {
        return failure instanceof AwsServiceException service && service.statusCode() == SLOW_DOWN;
    }

    private static String target(SdkRequest request) {
        Optional<String> bucket = request.getValueForField("Bucket", String.class);
        Optional<String> key = request.getValueForField("Key", String.class);
        return bucket.map(name -> new S3Location(name, key.orElse("")).toString())
                .orElse("the server");
    }

    private String reason(Throwable failure) {
        if (failure instanceof AwsServiceException service) {
            String code = code(service);
            String advice = ADVICE.getOrDefault(code, "");
            return "%s (HTTP %d)%s"
                    .formatted(
                            code.isEmpty() ? "the server refused" : code,
                            service.statusCode(),
                            advice.isEmpty() ? "" : ": " + advice);
        }
        String message = failure.getMessage();
        if (message != null && message.startsWith("Unable to load credentials")) {
            return "no credentials were found: set storage.s3.access-key-id and storage.s3.secret-access-key, or what"
                    + " AWS clients read";
        }
        return message == null || failure instanceof UncheckedIOException
                ? "%s does not answer as a server of S3 does".formatted(server)
                : "%s: %s".formatted(server, withoutUrl(message));
    }

    private static String code(AwsServiceException service) {
        AwsErrorDetails details = service.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** A URL could be a signed one. */
    private static String withoutUrl(String message) {
        return message.replaceAll("\\?[^\\s)]*", "");
    }
}
