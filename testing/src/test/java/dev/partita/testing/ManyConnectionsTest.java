package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Connections by the thousand, opened and closed: none is lost, and none stays.
@Timeout(120)
class ManyConnectionsTest {
    @TempDir
    private static Path folder;

    static List<Under> oneModel() {
        return Under.transports().stream()
                .map(transport -> new Under(new Symped(2), transport))
                .toList();
    }

    static List<Under> everyModel() {
        return Under.all();
    }

    @ParameterizedTest
    @MethodSource("oneModel")
    void serves10000ConnectionsOf2000AtATime(Under under) throws Exception {
        serve(under, Dialects.HTTP, 10_000, 2_000, Limits.defaults().withConnectionsMax(2_048));
    }

    @ParameterizedTest
    @MethodSource("everyModel")
    void serves1000ConnectionsOf200AtATimeWithSlotsForHalfOfThem(Under under) throws Exception {
        serve(under, Dialects.LINE, 1_000, 200, Under.SMALL.withConnectionsMax(100));
    }

    private static void serve(Under under, Dialect dialect, int count, int atATime, Limits limits) throws Exception {
        try (Running server = under.run(dialect.protocol(new Backstage(), folder), limits)) {
            for (int served = 0; served < count; served += atATime) {
                List<WireClient> clients = new ArrayList<>();
                for (int i = 0; i < atATime; i++) {
                    clients.add(WireClient.connect(server));
                    clients.getLast().send(dialect.request("echo " + i));
                }
                for (int i = 0; i < atATime; i++) {
                    assertThat(dialect.reply(clients.get(i))).isEqualTo("" + i);
                    if (limits.connectionsMax() < atATime) {
                        leave(clients.get(i), i % 2 == 0); // who came later waits for this
                    }
                }
                for (int i = 0; i < atATime && limits.connectionsMax() >= atATime; i++) {
                    leave(clients.get(i), i % 2 == 0);
                }
            }
            Eventually.holds("all were closed", () -> server.count(Counter.CLOSED) == count);
            assertThat(server.count(Counter.ACCEPTED)).isEqualTo(count);
            assertThat(server.count(Counter.REQUESTS)).isEqualTo(count);
            assertThat(server.count(Counter.FAILURES)).isZero();
            assertThat(server.connections()).isZero();
        }
    }

    private static void leave(WireClient client, boolean reset) throws IOException {
        if (reset) {
            client.reset();
        } else {
            client.leave();
        }
    }
}
