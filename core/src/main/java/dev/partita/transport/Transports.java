package dev.partita.transport;

import dev.partita.transport.nio.NioTransport;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/// The transports that are here: `nio` always, and those of the modules that provide one.
public final class Transports {
    private Transports() {}

    /// All transports on the module path, the preferred ones first; also those that this machine cannot use.
    public static List<Transport> all() {
        List<Transport> all = new ArrayList<>();
        ServiceLoader.load(Transport.class).forEach(all::add);
        all.add(new NioTransport());
        return all;
    }

    /// The best transport that works here.
    public static Transport best() {
        for (Transport transport : all()) {
            if (transport.unavailable().isEmpty()) {
                return transport;
            }
        }
        throw new AssertionError("nio is always available");
    }

    /// The transport of that name.
    ///
    /// @throws IllegalArgumentException if there is none, or this machine cannot use it; the message says why and what is
    ///     valid
    public static Transport named(String name) {
        List<Transport> all = all();
        for (Transport transport : all) {
            if (transport.name().equals(name)) {
                String why = transport.unavailable();
                if (!why.isEmpty()) {
                    throw new IllegalArgumentException("transport " + name + " does not work here: " + why);
                }
                return transport;
            }
        }
        throw new IllegalArgumentException("there is no transport '" + name + "'; valid are auto, "
                + all.stream().map(Transport::name).collect(Collectors.joining(", ")));
    }
}
