package dev.partita.testing;

import dev.partita.model.Amped;
import dev.partita.model.Mp;
import dev.partita.model.Symped;
import dev.partita.server.Isolation;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.transport.Transports;
import java.nio.file.Path;
import java.util.Map;

/// A server of several processes, in a program of its own that each of them can start again. Says its port, and ends when its
/// input does.
final class DividedServer {
    static final Map<String, ServerModel> MODELS = Map.of(
            "amped", new Amped(2, false, Isolation.PROCESSES),
            "mp", new Mp(3, Isolation.PROCESSES),
            "symped-hand-over", new Symped(2, Symped.Accept.HAND_OVER, Isolation.PROCESSES),
            "symped-reuse-port", new Symped(2, Symped.Accept.REUSE_PORT, Isolation.PROCESSES),
            "symped-shared", new Symped(2, Symped.Accept.SHARED, Isolation.PROCESSES));

    private DividedServer() {}

    /// @param args the model, the transport, and the folder with [LineProtocol#FILE]
    public static void main(String[] args) throws Exception {
        ServerModel model = MODELS.get(args[0]);
        if (model == null) {
            throw new IllegalArgumentException("valid are " + MODELS.keySet());
        }
        try (Running server = Server.of(Dialects.HTTP.protocol(new Backstage(), Path.of(args[2])))
                .transport(Transports.named(args[1]))
                .limits(Under.SMALL)
                .listen(0)
                .run(model)) {
            System.out.println(server.port());
            while (System.in.read() >= 0) {
                // until the test has seen enough
            }
        }
    }
}
