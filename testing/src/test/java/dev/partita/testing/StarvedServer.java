package dev.partita.testing;

import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import dev.partita.model.Mp;
import dev.partita.model.Sped;
import dev.partita.model.Symped;
import dev.partita.server.Running;
import dev.partita.server.ServerModel;
import dev.partita.transport.Transports;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A server in a process of its own, whose limit on descriptors somebody has lowered. Says its port, and then its counters
/// for every line that it is sent.
final class StarvedServer {
    static final Map<String, ServerModel> MODELS = Map.of(
            "sped", new Sped(), "symped-shared", new Symped(2, Symped.Accept.SHARED), "symped-hand-over",
            new Symped(2, Symped.Accept.HAND_OVER), "mp", new Mp(200));

    /// The line after which it ends.
    static final String END = "end";

    private StarvedServer() {}

    public static void main(String[] args) throws Exception {
        ServerModel model = MODELS.get(args[0]);
        if (model == null) {
            throw new IllegalArgumentException("valid are " + MODELS.keySet());
        }
        var under = new Under(model, Transports.named(args[1]));
        // Standard input stays open: the JDK closes it by opening another file in its place.
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Running server = under.run(new LineProtocol(new Backstage()), Limits.defaults().withConnectionsMax(200))) {
            System.out.println(server.port());
            for (String line = in.readLine(); line != null && !line.equals(END); line = in.readLine()) {
                System.out.println(server.count(Counter.POLLS) + " " + server.count(Counter.ACCEPT_PAUSES_STARVED) + " "
                        + server.count(Counter.ACCEPTED) + " " + server.count(Counter.ACCEPT_PAUSES_FULL));
            }
        }
    }
}
