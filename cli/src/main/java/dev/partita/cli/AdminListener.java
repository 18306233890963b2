package dev.partita.cli;

import dev.partita.admin.Admin;
import dev.partita.admin.Figures;
import dev.partita.server.Running;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The admin listener as `--admin` asks for it, and once it was started.
///
/// One that nobody has asked for is a service, not a demand: where its port is taken the server runs without it.
final class AdminListener implements AutoCloseable {
    static final String OFF = "off";
    private static final int PORT_MAX = 65_535;

    private final @Nullable SocketAddress address;
    private final boolean asked;
    private String state;
    private @Nullable Admin admin;

    private AdminListener(@Nullable SocketAddress address, boolean asked, String state) {
        this.address = address;
        this.asked = asked;
        this.state = state;
    }

    /// @param text null if nothing was said: the loopback address then, and the port after that of the first address
    /// @throws Mistake if it is no address
    static AdminListener of(@Nullable String text, List<SocketAddress> addresses) {
        if (text != null) {
            return text.equals(OFF)
                    ? new AdminListener(null, true, OFF)
                    : new AdminListener(Address.parse(text), true, "");
        }
        for (SocketAddress each : addresses) {
            if (each instanceof InetSocketAddress inet) {
                int port = after(inet.getPort(), addresses);
                return port > PORT_MAX
                        ? new AdminListener(null, false, "off: there is no port after " + PORT_MAX
                                + "; name one with --admin")
                        : new AdminListener(Address.loopback(port), false, "");
            }
        }
        return new AdminListener(null, false, "off: a unix socket has no port after it; name one with --admin");
    }

    /// The next port that the server itself does not want; any after any.
    private static int after(int port, List<SocketAddress> addresses) {
        int next = port == 0 ? 0 : port + 1;
        for (SocketAddress each : addresses) {
            if (next != 0 && each instanceof InetSocketAddress inet && inet.getPort() == next) {
                return after(next, addresses);
            }
        }
        return next;
    }

    /// Where it is to listen, if anywhere.
    Optional<SocketAddress> address() {
        return Optional.ofNullable(address);
    }

    /// Whether the user has named its address.
    boolean isAsked() {
        return asked;
    }

    /// Begins to answer about a server.
    ///
    /// @throws IOException if the address that the user has named cannot be bound
    AdminListener start(Running server) throws IOException {
        return start(server, Figures.NONE);
    }

    /// Begins to answer about a server and what its protocol counts.
    ///
    /// @throws IOException if the address that the user has named cannot be bound
    AdminListener start(Running server, Figures figures) throws IOException {
        if (address != null) {
            try {
                Admin started = Admin.start(server, address, figures);
                admin = started;
                state = Address.url(started.address());
            } catch (IOException refused) {
                String message = String.valueOf(refused.getMessage()).replace("--port", "--admin");
                if (asked) {
                    throw new IOException(message, refused);
                }
                state = "off: " + message;
            }
        }
        return this;
    }

    /// Its URL, or why there is none.
    String state() {
        return state;
    }

    boolean runs() {
        return admin != null;
    }

    @Override
    public void close() {
        stop();
    }

    /// Ends it, if it runs; before the end of the block that it was made for.
    void stop() {
        Admin running = admin;
        if (running != null) {
            running.close();
        }
    }
}
