package dev.partita.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;

/// Addresses as people write and read them: `8080`, `127.0.0.1:8080`, `[::1]:8080`, `unix:PATH`.
final class Address {
    static final String FORMS = "8080, 127.0.0.1:8080, [::1]:8080 or unix:PATH";
    private static final String LOOPBACK = "127.0.0.1";
    private static final String UNIX = "unix:";
    /// `sun_path` holds 108 bytes, the last of which is a zero (unix(7)).
    private static final int UNIX_PATH_BYTES_MAX = 107;

    private Address() {}

    /// @throws Mistake if it is no address
    static SocketAddress parse(String text) {
        if (text.startsWith(UNIX)) {
            return unix(text.substring(UNIX.length()));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return inet(LOOPBACK, port(text, text));
        }
        String host = text.substring(0, colon);
        if (host.isEmpty() || host.contains(":") && !(host.startsWith("[") && host.endsWith("]"))) {
            throw notAnAddress(text);
        }
        return inet(host, port(text, text.substring(colon + 1)));
    }

    /// A port of the loopback address.
    static SocketAddress loopback(int port) {
        return inet(LOOPBACK, port);
    }

    /// @param host a name, or an address with or without brackets
    /// @throws Mistake if the host is not known
    static SocketAddress inet(String host, int port) {
        String bare =
                host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        try {
            if (bare.isEmpty()) {
                throw new UnknownHostException();
            }
            return new InetSocketAddress(InetAddress.getByName(bare), port);
        } catch (UnknownHostException unknown) {
            throw new Mistake("the host '" + host + "' is not known here; use an address of this machine, such as "
                    + LOOPBACK);
        }
    }

    /// The URL under which the address can be visited from this machine, or `unix:PATH`.
    static String url(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return "http://" + host(inet.getAddress()) + ":" + inet.getPort() + "/";
        }
        return address instanceof UnixDomainSocketAddress unix ? UNIX + unix.getPath() : address.toString();
    }

    /// The address as [#parse] reads it.
    static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? bracketed(inet.getAddress().getHostAddress()) + ":" + inet.getPort()
                : url(address);
    }

    /// Whether the system chooses the port.
    static boolean isAnyPort(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getPort() == 0;
    }

    /// Whether only programs of this machine can reach it.
    static boolean isLocal(SocketAddress address) {
        return !(address instanceof InetSocketAddress inet) || inet.getAddress().isLoopbackAddress();
    }

    private static String host(InetAddress address) {
        boolean six = address.getAddress().length == 16;
        if (address.isAnyLocalAddress() || address.isLoopbackAddress()) {
            return six ? "[::1]" : address.isLoopbackAddress() ? address.getHostAddress() : LOOPBACK;
        }
        return six ? "[" + address.getHostAddress() + "]" : address.getHostAddress();
    }

    private static String bracketed(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    private static SocketAddress unix(String path) {
        int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > UNIX_PATH_BYTES_MAX) {
            throw new Mistake("the path of unix:" + path + " has " + bytes + " bytes: valid are 1 to "
                    + UNIX_PATH_BYTES_MAX);
        }
        try {
            return UnixDomainSocketAddress.of(path);
        } catch (InvalidPathException invalid) {
            throw new Mistake("unix:" + path + " has no valid path: " + invalid.getReason());
        }
    }

    private static int port(String whole, String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException none) {
            throw notAnAddress(whole);
        }
        throw new Mistake("the port of '" + whole + "' is out of range: valid are 0 to 65535, 0 for any that is free");
    }

    private static Mistake notAnAddress(String text) {
        return new Mistake("'" + text + "' is no address to listen on; write it as " + FORMS);
    }
}
