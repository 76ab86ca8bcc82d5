package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;

class TableWatchTest {
    private static final TableIdentifier GOOD = TestCatalog.table("good");
    private static final TableIdentifier BAD = TestCatalog.table("bad");

    private final AtomicReference<String> location = new AtomicReference<>("one");
    private final AtomicReference<ErrorCode> failure = new AtomicReference<>(ErrorCode.INVALID_REQUEST);
    private final TableWatch watch = new TableWatch(names -> {
        if (names.contains(BAD) || failure.get() != ErrorCode.INVALID_REQUEST) {
            throw new EiderException(failure.get(), "No answer for " + names);
        }
        Map<TableIdentifier, TablePointer> found = new HashMap<>();
        names.forEach(name -> found.put(name, new TablePointer(name, location.get())));
        return found;
    });

    @Test
    void aNameThatHasBecomeAmbiguousKeepsNoNewsFromOthers() {
        AtomicInteger news = new AtomicInteger();
        try (TableWatch.Watch bad = watch.watch(BAD, () -> {});
                TableWatch.Watch good = watch.watch(GOOD, news::incrementAndGet)) {
            watch.poll();
            location.set("two");
            watch.poll();

            assertThat(news).hasValue(2);
            assertThat(bad).isNotSameAs(good);
        }
    }

    @Test
    void aWatchThatFailsKeepsNoNewsFromOthers() {
        AtomicInteger news = new AtomicInteger();
        Runnable failing = () -> {
            throw new IllegalStateException("A follower is broken");
        };
        try (TableWatch.Watch one = watch.watch(GOOD, failing);
                TableWatch.Watch two = watch.watch(GOOD, news::incrementAndGet);
                TableWatch.Watch three = watch.watch(GOOD, failing)) {
            watch.changed(GOOD);
            watch.poll();

            assertThat(news).hasValue(2);
            assertThat(one).isNotSameAs(two).isNotSameAs(three);
        }
    }

    @Test
    void newsComeOnceTheCatalogAnswersAgain() {
        AtomicInteger news = new AtomicInteger();
        try (TableWatch.Watch good = watch.watch(GOOD, news::incrementAndGet)) {
            failure.set(ErrorCode.CATALOG_FAILED);
            watch.poll();
            watch.poll();
            assertThat(news).hasValue(0);
            failure.set(ErrorCode.INVALID_REQUEST);
            watch.poll();

            assertThat(news).hasValue(1);
            assertThat(good).isNotNull();
        }
    }
}
