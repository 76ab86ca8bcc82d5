package dev.eider.gateway.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.gateway.TestGateway;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MemoryLimitTest {
    private static final Schema SCHEMA = new Schema(List.of(Field.nullable("blob", ArrowType.Binary.INSTANCE)));

    private static final int UPLOADS = 64;
    private static final int FEW_UPLOADS = 20;

    @TempDir
    Path directory;

    /** Uploads that wait for a place hold their first messages in memory: together they exceed it here. */
    @Test
    void uploadsBeyondTheMemoryLimitFailAloneAndGiveTheirPlacesBack() throws Exception {
        Map<String, String> settings =
                Map.of("limits.arrow-memory", "32MB", "write.max-open", "4", "write.buffer-size", "8MB");
        try (TestGateway gateway = TestGateway.start(directory, settings)) {
            ExecutorService threads = Executors.newFixedThreadPool(UPLOADS);
            try {
                List<Future<Boolean>> uploads = new ArrayList<>();
                for (int i = 0; i < UPLOADS; i++) {
                    uploads.add(threads.submit(() -> isStored(gateway)));
                }
                int stored = 0;
                for (Future<Boolean> upload : uploads) {
                    stored += upload.get() ? 1 : 0;
                }
                assertThat(stored).isLessThan(UPLOADS);
            } finally {
                threads.shutdown();
            }

            put(gateway, gateway.client(), 10);
        }
    }

    /** Appends that share a file are written within a part of the engine's memory, unless it is too small for them. */
    @Test
    void smallAppendsThatTakeMuchMemoryTogetherAreStored() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, Map.of("engine.memory-limit", "128MB"))) {
            ExecutorService threads = Executors.newFixedThreadPool(FEW_UPLOADS);
            try {
                List<Future<?>> uploads = new ArrayList<>();
                for (int i = 0; i < FEW_UPLOADS; i++) {
                    uploads.add(threads.submit(() -> {
                        try (FlightClient client = gateway.newClient()) {
                            put(gateway, client, 4 << 20);
                        }
                        return true;
                    }));
                }
                for (Future<?> upload : uploads) {
                    upload.get();
                }
            } finally {
                threads.shutdown();
            }
        }
    }

    private static boolean isStored(TestGateway gateway) throws InterruptedException {
        try (FlightClient client = gateway.newClient()) {
            put(gateway, client, 1 << 20);
            return true;
        } catch (FlightRuntimeException refused) {
            return false;
        }
    }

    private static void put(TestGateway gateway, FlightClient client, int bytes) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, gateway.allocator())) {
            ((VarBinaryVector) root.getVector("blob")).setSafe(0, new byte[bytes]);
            root.setRowCount(1);
            FlightClient.ClientStreamListener upload =
                    client.startPut(FlightDescriptor.path("t"), root, new TestRows.Receipts());
            upload.putNext();
            upload.completed();
            upload.getResult();
        }
    }
}
