package dev.partita.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Session;
import dev.partita.connection.Step;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.transport.nio.NioTransport;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private static final Session NONE = new Session() {
        @Override
        public Step next() {
            return Step.CLOSE;
        }

        @Override
        public void work() {}
    };

    private final ConnectionTable table = new ConnectionTable(
            connection -> NONE,
            Limits.defaults().withConnectionsMax(1),
            new NioTransport().files(),
            new NioTransport()::endpoint);
    private final Thread thread = Thread.ofPlatform().name("short-lived").unstarted(() -> {});
    private final Watchdog watchdog = new Watchdog(thread, table);

    @Test
    void saysOnceThatAThreadHasDied() throws InterruptedException {
        watchdog.look(0, false);
        assertThat(failures()).as("it has not begun yet").isZero();
        thread.start();
        thread.join();
        watchdog.look(1, true);
        watchdog.look(1, true);
        assertThat(failures()).isEqualTo(1);
        assertThat(table.counters().get(Counter.STUCK)).isZero();
    }

    @Test
    void saysNothingOfAThreadThatEndsWithItsServer() throws InterruptedException {
        table.drain();
        thread.start();
        thread.join();
        watchdog.look(1, true);
        assertThat(failures()).isZero();
    }

    private long failures() {
        return table.counters().get(Counter.FAILURES);
    }
}
