package dev.eider.warehouse.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.FileSync;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OpenWritesTest {

    @Test
    void letsTheNextOneInWhenAPlaceIsGivenBack() {
        OpenWrites writes = writes(1, 1, Duration.ofSeconds(30));
        OpenWrites.Place first = writes.enter();
        CompletableFuture<OpenWrites.Place> second = CompletableFuture.supplyAsync(writes::enter);
        assertThat(second).isNotDone();

        first.close();

        await().until(second::isDone);
        second.join();
    }

    @Test
    void refusesWhenTooManyWaitAlready() {
        OpenWrites writes = writes(1, 0, Duration.ofSeconds(30));
        writes.enter();

        assertOverloaded(writes, "1 writes are open and 0 wait already");
    }

    @Test
    void refusesWhenTheWaitTakesTooLong() {
        OpenWrites writes = writes(1, 5, Duration.ofMillis(10));
        writes.enter();

        assertOverloaded(writes, "try again later");
    }

    private static void assertOverloaded(OpenWrites writes, String naming) {
        assertThatThrownBy(writes::enter)
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OVERLOADED))
                .hasMessageContaining(naming);
    }

    private static OpenWrites writes(int open, int queued, Duration timeout) {
        WriteConfig base = TestWarehouse.writes();
        return new OpenWrites(new WriteConfig(
                true,
                open,
                queued,
                timeout,
                base.idleTimeout(),
                base.targetFileBytes(),
                base.rowGroupRows(),
                8 << 20,
                Duration.ofDays(7),
                FileSync.FULL,
                1 << 20));
    }
}
