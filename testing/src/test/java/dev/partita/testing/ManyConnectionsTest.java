package dev.partita.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
                Map<WireClient, String> waiting = new LinkedHashMap<>();
                for (int i = 0; i < atATime; i++) {
                    WireClient client = WireClient.connect(server);
                    waiting.put(client, "" + i);
                    client.send(dialect.request("echo " + i));
                }
                if (limits.connectionsMax() < atATime) {
                    leaveAsServed(waiting, dialect);
                } else {
                    for (Map.Entry<WireClient, String> each : waiting.entrySet()) {
                        assertThat(dialect.reply(each.getKey())).isEqualTo(each.getValue());
                    }
                    leaveAll(waiting);
                }
            }
            Eventually.holds("all were closed", () -> server.count(Counter.CLOSED) == count);
            assertThat(server.count(Counter.ACCEPTED)).isEqualTo(count);
            assertThat(server.count(Counter.REQUESTS)).isEqualTo(count);
            assertThat(server.count(Counter.FAILURES)).isZero();
            assertThat(server.connections()).isZero();
        }
    }

    /// Who has been served makes room for another one. Several loops that accept do not keep the order of arrival.
    private static void leaveAsServed(Map<WireClient, String> waiting, Dialect dialect) throws IOException {
        while (!waiting.isEmpty()) {
            Eventually.holds("somebody is served", () -> waiting.keySet().stream().anyMatch(WireClient::isAnswered));
            Map<WireClient, String> served = new LinkedHashMap<>(waiting);
            served.keySet().removeIf(client -> !client.isAnswered());
            for (Map.Entry<WireClient, String> each : served.entrySet()) {
                assertThat(dialect.reply(each.getKey())).isEqualTo(each.getValue());
            }
            waiting.keySet().removeAll(served.keySet());
            leaveAll(served);
        }
    }

    private static void leaveAll(Map<WireClient, String> clients) throws IOException {
        for (Map.Entry<WireClient, String> each : clients.entrySet()) {
            if (each.getValue().hashCode() % 2 == 0) {
                each.getKey().reset();
            } else {
                each.getKey().leave();
            }
        }
    }
}
