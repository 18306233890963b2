package dev.partita.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/// Addresses of peers as people and their tools write them.
final class PeerText {
    private static final int GROUPS = 8;

    private PeerText() {}

    /// An IP address without its port, IPv6 as RFC 5952 recommends; `unix:` for whoever comes
    /// through a unix socket; `-` for nobody.
    static String of(@Nullable SocketAddress peer) {
        return switch (peer) {
            case InetSocketAddress inet -> of(inet.getAddress());
            case UnixDomainSocketAddress _ -> "unix:";
            case null, default -> "-";
        };
    }

    private static String of(@Nullable InetAddress address) {
        return switch (address) {
            case Inet6Address ipv6 -> ipv6(ipv6.getAddress());
            case null -> "-";
            default -> address.getHostAddress();
        };
    }

    /// The longest run of at least two groups of zeros, the first of equal ones, becomes two colons.
    private static String ipv6(byte[] bytes) {
        int longest = 0;
        int from = -1;
        for (int group = 0, run = 0; group < GROUPS; group++) {
            run = group(bytes, group) == 0 ? run + 1 : 0;
            if (run > longest && run > 1) {
                longest = run;
                from = group - run + 1;
            }
        }
        var text = new StringBuilder();
        for (int group = 0; group < GROUPS; group++) {
            if (group == from) {
                text.append("::");
                group += longest - 1;
            } else {
                boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
                text.append(first ? "" : ":").append(Integer.toHexString(group(bytes, group)));
            }
        }
        return text.toString();
    }

    private static int group(byte[] bytes, int group) {
        return (bytes[2 * group] & 0xFF) << 8 | bytes[2 * group + 1] & 0xFF;
    }
}
