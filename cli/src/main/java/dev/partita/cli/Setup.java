package dev.partita.cli;

import dev.partita.cli.flight.Flight;
import dev.partita.connection.Protocol;
import dev.partita.http.Http;
import dev.partita.limits.Limits;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How a server was asked to run, checked and complete; what it speaks is not said.
record Setup(
        ServerModel model,
        Choice choice,
        List<SocketAddress> addresses,
        Limits limits,
        SocketOptions options,
        boolean pinned,
        AdminListener admin,
        Proxies proxies,
        Optional<Flight> flight,
        @Nullable Path control,
        @Nullable String user) {

    /// A transport and why it is this one.
    record Choice(Transport transport, String why) {
        private static final String AUTO = "auto";

        /// The transport of that name, or for `auto` the first that works. One that does not work here is replaced by that too:
        /// io_uring is often forbidden where a server is deployed and allowed where it was tried out.
        ///
        /// @throws Mistake if there is none of that name
        static Choice of(String name) {
            List<Transport> all = Transports.all();
            return name.equals(AUTO) ? best(all) : named(name, all);
        }

        private static Choice best(List<Transport> all) {
            StringBuilder others = new StringBuilder();
            for (Transport each : all) {
                String unavailable = each.unavailable();
                if (unavailable.isEmpty()) {
                    return new Choice(each, others.isEmpty()
                            ? all.size() == 1 ? "the only one here" : "chosen as the best one here"
                            : "chosen as the best one here: " + others);
                }
                others.append(others.isEmpty() ? "" : "; ").append(each.name()).append(" does not work, ")
                        .append(unavailable);
            }
            throw new IllegalStateException("no transport works here: " + others);
        }

        private static Choice named(String name, List<Transport> all) {
            List<String> valid = new ArrayList<>();
            valid.add(AUTO);
            for (Transport each : all) {
                if (each.name().equals(name)) {
                    String unavailable = each.unavailable();
                    return unavailable.isEmpty()
                            ? new Choice(each, "as asked for")
                            : new Choice(best(all).transport(), "instead of " + name + ", which does not work here: "
                                    + unavailable);
                }
                valid.add(each.name());
            }
            throw new Mistake("there is no transport '" + name + "'" + Nearest.question(name, valid) + "\nvalid are "
                    + String.join(", ", valid));
        }
    }

    /// The same under another model.
    ///
    /// @param control where the server can be asked; null for one that cannot be reloaded
    /// @param user whom those who serve become; null if nobody
    Setup in(ServerModel model, @Nullable Path control, @Nullable String user) {
        return new Setup(model, choice, addresses, limits, options, pinned, admin, proxies, flight, control, user);
    }

    Running start(Protocol protocol) throws IOException {
        Server server = Server.of(proxies.around(recorded(protocol)))
                .transport(choice.transport())
                .limits(limits)
                .socketOptions(options)
                .pinned(pinned);
        for (SocketAddress address : addresses) {
            server = server.listen(address);
        }
        if (control != null) {
            server = server.control(control);
        }
        if (user != null) {
            server = server.user(user);
        }
        if (flight.isPresent()) {
            server = server.observing(flight.get().any(!(protocol instanceof Http))).whenServing(flight.get()::watch);
        }
        return server.run(model);
    }

    private Protocol recorded(Protocol protocol) {
        return flight.isPresent() && protocol instanceof Http http ? http.observing(flight.get().http()) : protocol;
    }
}
