package dev.eider.cli.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WaitingLineTest {

    @Test
    void showsForHowLongACallHasBeenRunningAndLeavesNothing() {
        Rendered screen = new Rendered(new Terminal.Screen(true, true, 30));

        try (WaitingLine line = WaitingLine.start(screen.terminal(), "Running", Duration.ofMillis(1))) {
            await().until(() -> screen.err().contains("\rRunning… 0 s (Ctrl-C ca"));
            line.close();
        }

        assertThat(screen.err()).endsWith("\r\u001b[K").containsOnlyOnce("\u001b[K");
    }

    @Test
    void printsNothingForAQuickCallOrWhereNobodyLooks() {
        Rendered screen = new Rendered(new Terminal.Screen(true, true, 80));
        Rendered file = new Rendered(Terminal.Screen.NONE);

        WaitingLine.start(screen.terminal(), "Running", Duration.ofHours(1)).close();
        WaitingLine.start(file.terminal(), "Running", Duration.ZERO).close();

        assertThat(screen.err()).isEmpty();
        assertThat(file.err()).isEmpty();
    }
}
