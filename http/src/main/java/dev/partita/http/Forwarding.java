package dev.partita.http;

import dev.partita.proxy.IpLiteral;
import dev.partita.proxy.TrustedPeers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Finds out on whose behalf a trusted proxy sends a request: `X-Forwarded-For`, or `Forwarded` (RFC 7239).
///
/// Each proxy puts whom it has heard at the end of the list, and what stands in front of that may be invented. So the list
/// is read from its end, for as long as those who have written are trusted: the first one who is not is the client. Where
/// both fields are sent and do not lead to the same client, a client has sent one of them past a proxy that only knows the
/// other: then neither is believed, and nobody is known. It is not the proxy either, whose rights a client could get so.
final class Forwarding {
    private static final String FOR = "for=";

    private Forwarding() {}

    /// @param peer a trusted one
    static @Nullable SocketAddress client(Request request, @Nullable SocketAddress peer, TrustedPeers trusted) {
        List<String> legacy = request.headers("x-forwarded-for");
        List<String> standard = request.headers("forwarded");
        SocketAddress byLegacy = farthest(peer, legacy, trusted, false);
        SocketAddress byStandard = farthest(peer, standard, trusted, true);
        if (legacy.isEmpty()) {
            return byStandard;
        }
        return standard.isEmpty() || isSame(byLegacy, byStandard) ? byLegacy : null;
    }

    private static @Nullable SocketAddress farthest(
            @Nullable SocketAddress peer, List<String> values, TrustedPeers trusted, boolean standard) {
        SocketAddress farthest = peer;
        for (String value : values.reversed()) {
            for (String element : pieces(value, ',', standard)) {
                SocketAddress next = trusted.contains(farthest) ? node(standard ? forOf(element) : element) : null;
                if (next == null) {
                    return farthest; // `unknown`, a name of the proxy's own, or nonsense: nobody farther away is known
                }
                farthest = next;
            }
        }
        return farthest;
    }

    /// What is between the separators, without the spaces around it, the last one first. It is read from the end: a quotation
    /// mark that a client has sent swallows nothing of what a proxy has written behind it.
    ///
    /// @param quotes true if what is in a quoted string separates nothing
    private static List<String> pieces(String value, char separator, boolean quotes) {
        List<String> pieces = new ArrayList<>();
        boolean quoted = false;
        int end = value.length();
        for (int at = end - 1; at >= 0; at--) {
            char here = value.charAt(at);
            if (here == '"' && quotes) {
                quoted = !quoted || at > 0 && value.charAt(at - 1) == '\\';
            } else if (here == separator && !quoted) {
                pieces.add(value.substring(at + 1, end).strip());
                end = at;
            }
        }
        pieces.add(value.substring(0, end).strip());
        return pieces;
    }

    /// The `for` of an element; empty if it has none.
    private static String forOf(String element) {
        for (String pair : pieces(element, ';', true)) {
            if (pair.regionMatches(true, 0, FOR, 0, FOR.length())) {
                String value = pair.substring(FOR.length());
                boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
                return quoted ? value.substring(1, value.length() - 1) : value;
            }
        }
        return "";
    }

    /// An address, with a port or without; an IPv6 address that has one stands in brackets.
    private static @Nullable SocketAddress node(String text) {
        InetAddress alone = IpLiteral.parse(text);
        if (alone != null) {
            return new InetSocketAddress(alone, 0);
        }
        int colon = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        int end = colon > 0 ? colon : text.length();
        boolean bracketed = text.startsWith("[") && text.charAt(end - 1) == ']';
        InetAddress address = IpLiteral.parse(bracketed ? text.substring(1, end - 1) : text.substring(0, end));
        int port = end == text.length() ? 0 : port(text.substring(end));
        return address == null || port < 0 || bracketed != (address.getAddress().length > 4)
                ? null
                : new InetSocketAddress(address, port);
    }

    private static int port(String text) {
        if (!text.matches(":[0-9]{1,5}")) {
            return -1;
        }
        int port = Integer.parseInt(text.substring(1));
        return port <= 0xFFFF ? port : -1;
    }

    private static boolean isSame(@Nullable SocketAddress one, @Nullable SocketAddress other) {
        return Objects.equals(one, other) || one instanceof InetSocketAddress first
                && other instanceof InetSocketAddress second && first.getAddress().equals(second.getAddress());
    }
}
