package dev.eider.warehouse.storage;

import java.net.URI;
import java.util.Optional;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A server of the S3 protocol, which checks signatures: in this process, where it keeps everything in memory, or the one
 * that {@code eider.test.endpoint} names and that knows {@link #KEYS}. Thread-safe.
 */
public final class S3Server implements AutoCloseable {
    public static final S3Config.Credentials KEYS =
            new S3Config.Credentials("eider-test", "eider-test-secret-key", Optional.empty());

    private static final long LARGEST_REQUEST = 256L << 20;

    /** Names a server that runs already. */
    static final String ENDPOINT = "eider.test.endpoint";

    private final String endpoint;
    private final Optional<S3Proxy> proxy;
    private final S3Client client;

    private S3Server(String endpoint, Optional<S3Proxy> proxy) {
        this.endpoint = endpoint;
        this.proxy = proxy;
        this.client = client(endpoint, KEYS);
    }

    /** Returns a client of any such server; the caller closes it. */
    static S3Client client(String endpoint, S3Config.Credentials keys) {
        return S3Client.builder()
                .endpointOverride(URI.create(endpoint))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(keys.accessKeyId(), keys.secretAccessKey())))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    /** Serves buckets in a directory until the process ends; prints the URL first. */
    public static void main(String[] arguments) throws InterruptedException {
        S3Server server = start(new FilesystemNio2BlobStore(arguments[0]), 0);
        System.out.println(server.endpoint());
        Thread.currentThread().join();
    }

    /** Starts one on a free port of this host. */
    public static S3Server start() {
        return start(new TransientNio2BlobStore(), 0);
    }

    private static S3Server start(BlobStore buckets, int port) {
        S3Proxy proxy = S3Proxy.builder()
                .blobStore(buckets)
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(AuthenticationType.AWS_V4, KEYS.accessKeyId(), KEYS.secretAccessKey())
                .ignoreUnknownHeaders(true)
                .v4MaxNonChunkedRequestSize(LARGEST_REQUEST)
                .build();
        try {
            proxy.start();
        } catch (Exception e) {
            throw new IllegalStateException("The S3 server does not start", e);
        }
        return new S3Server("http://127.0.0.1:" + proxy.getPort(), Optional.of(proxy));
    }

    /** Returns the one that lives as long as this process, or longer. */
    public static S3Server shared() {
        return Shared.SERVER;
    }

    private static final class Shared {
        static final S3Server SERVER = Optional.ofNullable(System.getProperty(ENDPOINT))
                .map(running -> new S3Server(running, Optional.empty()))
                .orElseGet(S3Server::start);
    }

    /** Returns its URL. */
    public String endpoint() {
        return endpoint;
    }

    /** Returns what a warehouse needs to know to use it. */
    public S3Config config() {
        return config(endpoint(), KEYS);
    }

    /** Returns what a warehouse needs to know to use it by way of another address, or under other keys. */
    public static S3Config config(String endpoint, S3Config.Credentials keys) {
        return new S3Config(
                Optional.of(endpoint),
                Optional.of("us-east-1"),
                true,
                Optional.of(keys),
                Optional.empty(),
                S3Config.Encryption.NONE,
                8L << 20,
                4);
    }

    /** Creates a bucket unless it is there. */
    public void createBucket(String name) {
        if (client.listBuckets().buckets().stream()
                .noneMatch(bucket -> bucket.name().equals(name))) {
            client.createBucket(request -> request.bucket(name));
        }
    }

    /** Returns a client with all rights. */
    public S3Client client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        proxy.ifPresent(running -> {
            try {
                running.stop();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }
}
