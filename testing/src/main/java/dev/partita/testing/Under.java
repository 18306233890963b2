package dev.partita.testing;

import dev.partita.connection.Protocol;
import dev.partita.limits.Limits;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// A server model over a transport.
public record Under(ServerModel model, Transport transport) {
    /// Few slots make a server that starts within milliseconds, and a short wait for idle connections one that ends so.
    public static final Limits SMALL = Limits.defaults()
            .with(Map.of("connectionsMax", 64L, "queueMillisTarget", 0L, "drainIdleMillis", 20L));

    /// Every model over every transport that works on this machine.
    public static List<Under> all() {
        return transports().stream()
                .flatMap(transport -> Models.all().stream().map(model -> new Under(model, transport)))
                .toList();
    }

    /// The transports that work on this machine.
    public static List<Transport> transports() {
        return Transports.all().stream().filter(transport -> transport.unavailable().isEmpty()).toList();
    }

    /// Starts a server on a free port, whose sockets take little more than one large buffer: what the kernel would take on
    /// behalf of a peer that does not read hides what the server itself does.
    public Running run(Protocol protocol, Limits limits) throws IOException {
        return Server.of(protocol)
                .transport(transport)
                .limits(limits)
                .socketOptions(SocketOptions.defaults().with("so-sndbuf=65536"))
                .listen(0)
                .run(model);
    }

    @Override
    public String toString() {
        return model + " over " + transport.name();
    }
}
