package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.DelegatingS3Client;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Request;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Turns what a bucket answers, once all attempts have failed, into errors that name the operation, the object and what to
 * do. None holds a key or a signature. That an object is missing stays what it is: Iceberg expects it.
 *
 * <p>A write counts only if the answer says what was written: other servers than those of S3 say 200 to anything.
 * Thread-safe; the client that it wraps goes with it.
 */
final class S3Errors extends DelegatingS3Client {
    private static final String REQUEST = "Request";
    private static final int MISSING = 404;
    private static final int SLOW_DOWN = 503;

    /** What else may be missing. */
    private static final Set<String> OTHER_MISSING = Set.of("NoSuchBucket", "NoSuchUpload");

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

    /** What to do about it, in the place of the names of all providers that were asked. */
    static final String NO_CREDENTIALS =
            "no credentials were found: set storage.s3.access-key-id and storage.s3.secret-access-key, or what AWS"
                    + " clients read";

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
        R response;
        try {
            response = operation.apply(request);
        } catch (SdkException e) {
            if (isMissingObject(request, e)) {
                throw e;
            }
            throw new EiderException(
                    isOverloaded(e) ? ErrorCode.OVERLOADED : ErrorCode.STORAGE_FAILED, failed(request) + reason(e), e);
        } catch (UncheckedIOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, failed(request) + reason(e), e);
        }
        if (!isOfS3(response)) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, failed(request) + notS3());
        }
        return response;
    }

    private static String failed(SdkRequest request) {
        String name = request.getClass().getSimpleName();
        String operation = name.endsWith(REQUEST) ? name.substring(0, name.length() - REQUEST.length()) : name;
        return "%s of %s failed: ".formatted(operation, target(request));
    }

    static String notS3() {
        return "the answer is not one of S3: check storage.s3.endpoint";
    }

    private static boolean isOfS3(Object response) {
        if (response instanceof PutObjectResponse put) {
            return put.eTag() != null;
        }
        if (response instanceof UploadPartResponse part) {
            return part.eTag() != null;
        }
        if (response instanceof CreateMultipartUploadResponse begun) {
            return begun.uploadId() != null;
        }
        return !(response instanceof CompleteMultipartUploadResponse whole) || whole.eTag() != null;
    }

    private static boolean isMissingObject(SdkRequest request, Throwable failure) {
        return (request instanceof GetObjectRequest || request instanceof HeadObjectRequest)
                && failure instanceof AwsServiceException service
                && service.statusCode() == MISSING
                && !OTHER_MISSING.contains(code(service));
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
            return NO_CREDENTIALS;
        }
        return message == null || failure instanceof UncheckedIOException
                ? "%s does not answer as a server of S3 does".formatted(server)
                : "%s: %s%s"
                        .formatted(
                                server,
                                withoutUrl(message),
                                isUnreachable(failure) ? ": check storage.s3.endpoint" : "");
    }

    private static boolean isUnreachable(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(cause -> cause instanceof ConnectException
                        || cause instanceof UnknownHostException
                        || cause instanceof ApiCallTimeoutException);
    }

    private static String code(AwsServiceException service) {
        if (service instanceof NoSuchBucketException) {
            return "NoSuchBucket"; // which the answer to a HEAD has no room for
        }
        AwsErrorDetails details = service.awsErrorDetails();
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /** A URL could be a signed one. */
    private static String withoutUrl(String message) {
        return message.replaceAll("\\?[^\\s)]*", "");
    }
}
