package dev.partita.processes;

import dev.partita.limits.Counter;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;

/// What a worker tries before it says that it is ready: a small server like the one it is about to run takes a connection, sees
/// it end, and ends itself. So what cannot work is known before the old generation stops, and the classes that the first
/// client would have waited for are loaded.
final class Rehearsal {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final byte[] CONNECTION = {1};

    private Rehearsal() {}

    /// @throws IOException if the server does not do what it should
    static void of(Server server, ServerModel worker) throws IOException {
        MessageChannel[] passing = MessageChannel.pair();
        SocketAddress address = server.addresses().getFirst();
        var transport = new HandedTransport(server.transport());
        transport.hand(address, ListeningSocket.receiving(passing[1], address, server.options()));
        Server small = server.nowhere()
                .listen(address)
                .transport(transport)
                .limits(server.limits().with(Map.of("connectionsMax", 2L, "drainMillis", 1_000L)));
        try (MessageChannel _ = passing[0];
                Running running = worker.start(small)) {
            MessageChannel[] connection = MessageChannel.pair();
            passing[0].send(CONNECTION, connection[1].fd());
            connection[1].close();
            connection[0].close();
            await(running);
        }
    }

    private static void await(Running running) throws IOException {
        try {
            for (int tries = 0; tries < PATIENCE_MILLIS; tries++) {
                if (running.count(Counter.CLOSED) > 0) {
                    return;
                }
                if (running.await(Duration.ofMillis(1))) {
                    break;
                }
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        throw new IOException("the server does not serve: a connection for a try was not taken and ended within "
                + PATIENCE_MILLIS / 1_000 + " s");
    }
}
