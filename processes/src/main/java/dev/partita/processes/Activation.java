package dev.partita.processes;

import dev.partita.linux.socket.ListeningSocket;
import dev.partita.server.Processes;
import dev.partita.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Listening sockets that the service manager has opened before it started this process: `sd_listen_fds(3)`. They take the place
/// of every address that the program asks for, since whoever has written the socket unit has said where to listen.
///
/// @param sockets by the addresses that they are bound to; empty where none were passed
record Activation(Map<SocketAddress, List<ListeningSocket>> sockets) {
    /// By this those who are started by this process know the addresses: one in each line.
    private static final String VARIABLE = "PARTITA_ADDRESSES";
    private static final String PID = "LISTEN_PID";
    /// The first descriptor that is passed (SD_LISTEN_FDS_START of sd-daemon.h).
    private static final int FIRST = 3;
    private static final int COUNT_MAX = 1_000;
    private static final String UNIX = "unix ";

    /// Takes the sockets that this process was started with.
    ///
    /// @throws IOException if one of them is not what it should be; the message says what
    static Activation take(Server server) throws IOException {
        Map<SocketAddress, List<ListeningSocket>> sockets = new LinkedHashMap<>();
        String pid = System.getenv(PID);
        if (Long.toString(ProcessHandle.current().pid()).equals(pid)) {
            for (int i = 0; i < count(); i++) {
                ListeningSocket socket = ListeningSocket.inherited(FIRST + i, server.options());
                sockets.computeIfAbsent(socket.address(), any -> new ArrayList<>()).add(socket);
            }
        }
        return new Activation(sockets);
    }

    private static int count() throws IOException {
        String count = System.getenv(Processes.SOCKETS);
        try {
            return count == null ? 0 : Math.clamp(Integer.parseInt(count), 0, COUNT_MAX);
        } catch (NumberFormatException none) {
            throw new IOException("the variable " + Processes.SOCKETS + " is '" + count + "', which is no number",
                    none);
        }
    }

    /// The server as it listens there, if anywhere.
    Server applyTo(Server server) {
        return sockets.isEmpty() ? server : listening(server, List.copyOf(sockets.keySet()));
    }

    /// What those who are started by this process have to know.
    static Map<String, String> environment(List<SocketAddress> addresses) {
        List<String> lines = addresses.stream().map(Activation::text).toList();
        return Map.of(VARIABLE, String.join("\n", lines));
    }

    /// The server as it listens in a process that another one has started, which had its sockets from the service manager.
    static Server inherited(Server server) throws IOException {
        String lines = System.getenv(VARIABLE);
        if (lines == null) {
            return server;
        }
        List<SocketAddress> addresses = new ArrayList<>();
        for (String line : lines.split("\n", -1)) {
            addresses.add(address(line));
        }
        return listening(server, addresses);
    }

    private static Server listening(Server server, List<SocketAddress> addresses) {
        Server there = server.nowhere();
        for (SocketAddress each : addresses) {
            there = there.listen(each);
        }
        return there;
    }

    private static String text(SocketAddress address) {
        return switch (address) {
            case UnixDomainSocketAddress unix -> UNIX + unix.getPath();
            case InetSocketAddress inet -> inet.getAddress().getHostAddress() + " " + inet.getPort();
            default -> throw new IllegalArgumentException("only IP addresses and unix sockets are known: " + address);
        };
    }

    private static SocketAddress address(String line) throws IOException {
        if (line.startsWith(UNIX)) {
            return UnixDomainSocketAddress.of(line.substring(UNIX.length()));
        }
        int blank = line.lastIndexOf(' ');
        try {
            return new InetSocketAddress(
                    InetAddress.ofLiteral(line.substring(0, Math.max(0, blank))),
                    Integer.parseInt(line.substring(blank + 1)));
        } catch (IllegalArgumentException other) {
            throw new IOException("the variable " + VARIABLE + " is not what a master has set", other);
        }
    }
}
