package dev.eider.cli.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private final AtomicLong nanos = new AtomicLong();

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void drawsABarWithRateAndTimeLeft() {
        Rendered screen = new Rendered(new Terminal.Screen(false, true, 100));
        ProgressLine progress = new ProgressLine(screen.terminal(), "t.parquet", 1000, nanos::get);

        pass(Duration.ofSeconds(1));
        progress.update(250);

        assertThat(screen.err())
                .startsWith("\rt.parquet [██████░░░░░░░░░░░░░░░░░░]  25% 250 rows, 250 rows/s, 3.0 s left");
        assertThat(screen.err().substring(1)).hasSize(99);
    }

    @Test
    void doesNotRedrawTooOften() {
        Rendered screen = new Rendered(new Terminal.Screen(false, true, 100));
        ProgressLine progress = new ProgressLine(screen.terminal(), "t", 1000, nanos::get);

        pass(Duration.ofMillis(99));
        progress.update(1);
        assertThat(screen.err()).isEmpty();

        progress.clear();
        assertThat(screen.err()).isEqualTo("\r\u001b[K");
    }

    @Test
    void printsPlainLinesWhenNobodyWatches() {
        Rendered log = new Rendered(Terminal.Screen.NONE);
        ProgressLine progress = new ProgressLine(log.terminal(), "t", 1000, nanos::get);

        pass(Duration.ofSeconds(4));
        progress.update(100);
        assertThat(log.err()).isEmpty();

        pass(Duration.ofSeconds(1));
        progress.update(1000);
        progress.clear();
        assertThat(log.err()).isEqualTo("t 100% 1,000 rows, 200 rows/s\n");
    }
}
