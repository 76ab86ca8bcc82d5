package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.util.SerializableSupplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * Files in buckets: Iceberg's own implementation over one client, which counts its requests and says plainly what went
 * wrong.
 *
 * <p>Thread-safe. What is written is durable once its stream is closed. Whoever opens it closes it.
 */
final class S3Files implements UnfinishedUploads, AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);
    /** Until somebody who starts a gateway is told what is wrong. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);
    /** Of any server that is not Amazon's, where nobody looks at it. */
    private static final Region ANY_REGION = Region.US_EAST_1;

    private final S3Traffic traffic;
    private final S3Client client;
    private final S3FileIO io;

    private S3Files(S3Traffic traffic, S3Client client, S3FileIO io) {
        this.traffic = traffic;
        this.client = client;
        this.io = io;
    }

    /**
     * Opens the buckets of a configuration.
     *
     * @param staging where parts of large files wait until they are sent
     */
    static S3Files open(S3Config config, Path staging) {
        S3Traffic traffic = new S3Traffic();
        S3Client client = client(config, traffic);
        SerializableSupplier<S3Client> supplier = () -> client;
        S3FileIO io = new S3FileIO(supplier);
        Map<String, String> properties = new HashMap<>();
        properties.put("s3.multipart.part-size-bytes", String.valueOf(config.partBytes()));
        properties.put("s3.staging-dir", staging.toString());
        properties.put("s3.checksum-enabled", "true");
        config.encryption().addTo(properties);
        io.initialize(properties);
        return new S3Files(traffic, client, io);
    }

    private static S3Client client(S3Config config, S3Traffic traffic) {
        S3ClientBuilder builder = S3Client.builder()
                .forcePathStyle(config.pathStyle())
                .credentialsProvider(credentials(config))
                // S3FileIO sends MD5 sums, which every server checks; many refuse sums that follow the content.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_TIMEOUT)
                        .socketTimeout(SOCKET_TIMEOUT))
                .overrideConfiguration(
                        override -> override.retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                        .maxAttempts(config.attempts())
                                        .retryOnException(S3Files::isCutOff)
                                        .build())
                                .addExecutionInterceptor(traffic)
                                .addExecutionInterceptor(new WholeAnswers()));
        config.endpoint().ifPresent(endpoint -> builder.endpointOverride(uri(endpoint)));
        config.region()
                .map(Region::of)
                .or(() -> config.endpoint().map(any -> ANY_REGION))
                .ifPresent(builder::region);
        try {
            S3Client client = builder.build();
            return new S3Errors(
                    client,
                    client.serviceClientConfiguration()
                            .endpointOverride()
                            .map(URI::toString)
                            .orElse("Amazon S3"));
        } catch (SdkClientException e) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "Buckets cannot be reached: no region was found: set storage.s3.region, or what AWS clients read",
                    e);
        }
    }

    /** An answer without a length does not tell that it ended early. */
    private static boolean isCutOff(Throwable failure) {
        return failure instanceof SdkClientException
                && String.valueOf(failure.getMessage()).startsWith("Could not parse");
    }

    private static URI uri(String endpoint) {
        try {
            URI uri = URI.create(endpoint);
            if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw badEndpoint(endpoint, e);
        }
        throw badEndpoint(endpoint, null);
    }

    private static EiderException badEndpoint(String endpoint, @org.jspecify.annotations.Nullable Throwable cause) {
        return new EiderException(
                ErrorCode.INVALID_CONFIGURATION,
                "storage.s3.endpoint has the bad value \"%s\": expected a URL like https://host:9000"
                        .formatted(endpoint),
                cause);
    }

    private static AwsCredentialsProvider credentials(S3Config config) {
        return config.credentials()
                .<AwsCredentialsProvider>map(keys -> StaticCredentialsProvider.create(keys.sessionToken()
                        .<software.amazon.awssdk.auth.credentials.AwsCredentials>map(token ->
                                AwsSessionCredentials.create(keys.accessKeyId(), keys.secretAccessKey(), token))
                        .orElseGet(() -> AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey()))))
                .orElseGet(() -> {
                    DefaultCredentialsProvider.Builder chain = DefaultCredentialsProvider.builder();
                    config.profile().ifPresent(chain::profileName);
                    return chain.build();
                });
    }

    S3FileIO io() {
        return io;
    }

    /** Returns what somebody else needs to read below some prefixes. */
    BucketAccess access(S3Config config, List<String> prefixes) {
        S3ServiceClientConfiguration known = client.serviceClientConfiguration();
        return new BucketAccess(
                prefixes,
                known.endpointOverride().map(S3Files::server),
                known.region().id(),
                config.pathStyle() || prefixes.stream().anyMatch(S3Files::hasDottedBucket),
                config.attempts(),
                () -> keys(known.credentialsProvider()));
    }

    /** No certificate fits a name with dots before the host's: Amazon's own client goes by the path then, too. */
    private static boolean hasDottedBucket(String prefix) {
        return S3Location.parse(prefix).bucket().contains(".");
    }

    private static BucketAccess.Server server(URI endpoint) {
        String path = endpoint.getRawPath() == null ? "" : endpoint.getRawPath();
        return new BucketAccess.Server(
                endpoint.getRawAuthority() + path.replaceFirst("/+$", ""),
                endpoint.getScheme().equals("https"));
    }

    private static S3Config.Credentials keys(IdentityProvider<? extends AwsCredentialsIdentity> provider) {
        AwsCredentialsIdentity keys;
        try {
            keys = provider.resolveIdentity().join();
        } catch (SdkException | CompletionException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Buckets cannot be read: " + S3Errors.NO_CREDENTIALS, e);
        }
        return new S3Config.Credentials(
                keys.accessKeyId(),
                keys.secretAccessKey(),
                keys instanceof AwsSessionCredentialsIdentity lent
                        ? Optional.of(lent.sessionToken())
                        : Optional.empty());
    }

    StorageTraffic traffic() {
        return traffic.now();
    }

    /** Fails unless the objects below a prefix can be listed. */
    void requireReachable(S3Location prefix) {
        ListObjectsV2Response listing = client.listObjectsV2(request -> request.bucket(prefix.bucket())
                .prefix(prefix.key().isEmpty() ? "" : prefix.key() + "/")
                .maxKeys(1)
                .overrideConfiguration(limit -> limit.apiCallTimeout(START_TIMEOUT)));
        if (!prefix.bucket().equals(listing.name())) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED, "ListObjectsV2 of %s failed: %s".formatted(prefix, S3Errors.notS3()));
        }
    }

    /** Fails if it is not an object that is missing, but its bucket: the answer to a HEAD does not tell which. */
    void requireBucket(S3Location missing) {
        client.headBucket(request -> request.bucket(missing.bucket()));
    }

    @Override
    public List<Upload> below(String location) {
        if (!Locations.isS3(location)) {
            return List.of();
        }
        S3Location prefix = S3Location.prefix(location);
        return client
                .listMultipartUploadsPaginator(request ->
                        request.bucket(prefix.bucket()).prefix(prefix.key().isEmpty() ? "" : prefix.key() + "/"))
                .uploads()
                .stream()
                .map(upload -> new Upload(
                        new S3Location(prefix.bucket(), upload.key()).toString(),
                        upload.uploadId(),
                        upload.initiated()))
                .toList();
    }

    @Override
    public void abort(Upload upload) {
        S3Location target = S3Location.parse(upload.location());
        client.abortMultipartUpload(
                request -> request.bucket(target.bucket()).key(target.key()).uploadId(upload.id()));
    }

    @Override
    public void close() {
        io.close();
        client.close();
    }
}
