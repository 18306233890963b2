package dev.partita.testing;

import dev.partita.limits.Counter;
import dev.partita.server.Running;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What ends by itself after a time. All servers at once, so that the time passes only once.
@Timeout(60)
class DeadlineTest {
    @Test
    void aLingeringConnectionEndsEvenIfThePeerNeverCloses() throws Exception {
        var protocol = new LineProtocol(new Backstage());
        List<Running> servers = new ArrayList<>();
        List<WireClient> clients = new ArrayList<>();
        for (Under under : Under.all()) {
            Running server = under.run(protocol, Under.SMALL);
            servers.add(server);
            WireClient client = WireClient.connect(server);
            clients.add(client);
            client.send("quit\n").readExactly("3\nbye".length());
            client.expectEnd();
        }
        for (Running server : servers) {
            Eventually.holds("the connection was closed: " + server.model(), () -> server.count(Counter.CLOSED) == 1);
            server.close();
        }
        for (WireClient client : clients) {
            client.close();
        }
    }
}
