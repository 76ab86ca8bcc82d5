package dev.eider.warehouse.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3FilesTest {
    private static final String ENDPOINT = "aws.endpointUrlS3";

    @TempDir
    private Path directory;

    private BucketAccess access(Optional<String> endpoint) {
        S3Config plain = S3Server.config("http://127.0.0.1:1", S3Server.KEYS);
        S3Config config = new S3Config(
                endpoint,
                Optional.of("eu-north-1"),
                true,
                plain.credentials(),
                plain.profile(),
                plain.encryption(),
                plain.partBytes(),
                plain.attempts());
        try (S3Files files = S3Files.open(config, directory)) {
            return files.access(config, List.of("s3://bucket/lake"));
        }
    }

    @Test
    void tellOthersTheServerWhereverItIsNamed() {
        assertThat(access(Optional.empty()).server()).isEmpty();
        assertThat(access(Optional.of("https://here:9000/")).server())
                .contains(new BucketAccess.Server("here:9000", true));
        String before = System.getProperty(ENDPOINT);
        System.setProperty(ENDPOINT, "http://there:9000");
        try {
            assertThat(access(Optional.empty()).server()).contains(new BucketAccess.Server("there:9000", false));
            assertThat(access(Optional.of("https://here:9000")).server())
                    .contains(new BucketAccess.Server("here:9000", true));
        } finally {
            if (before == null) {
                System.clearProperty(ENDPOINT);
            } else {
                System.setProperty(ENDPOINT, before);
            }
        }
    }
}
