package dev.partita.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The proxies that are believed when they say on whose behalf they speak. Immutable, for any thread.
public final class TrustedPeers {
    private static final String UNIX = "unix:";

    private final List<Network> networks;
    private final boolean unix;

    /// @param prefix bits that have to be the same
    private record Network(InetAddress address, int prefix) {
        boolean contains(InetAddress other) {
            byte[] ours = address.getAddress();
            byte[] theirs = other.getAddress();
            if (ours.length != theirs.length) {
                return false;
            }
            for (int bit = 0; bit < prefix; bit += Byte.SIZE) {
                int mask = prefix - bit >= Byte.SIZE ? 0xFF : 0xFF << Byte.SIZE - (prefix - bit);
                if (((ours[bit >> 3] ^ theirs[bit >> 3]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private TrustedPeers(List<Network> networks, boolean unix) {
        this.networks = List.copyOf(networks);
        this.unix = unix;
    }

    /// Peers whose address is in one of these networks.
    ///
    /// @param networks each an address, such as `192.0.2.1` or `2001:db8::1`; or one with the length of its prefix, such as
    ///     `10.0.0.0/8`; or `unix:` for whoever comes through a unix socket
    /// @throws IllegalArgumentException if one is none of these; the message says why
    public static TrustedPeers of(List<String> networks) {
        List<Network> parsed = new ArrayList<>();
        boolean unix = false;
        for (String each : networks) {
            if (each.equals(UNIX)) {
                unix = true;
            } else {
                parsed.add(parse(each));
            }
        }
        return new TrustedPeers(parsed, unix);
    }

    /// True if this is one of them.
    public boolean contains(@Nullable SocketAddress peer) {
        return switch (peer) {
            case InetSocketAddress inet -> inet.getAddress() != null && contains(inet.getAddress());
            case UnixDomainSocketAddress _ -> unix;
            case null, default -> false;
        };
    }

    /// True if it is in one of the networks.
    public boolean contains(InetAddress address) {
        for (Network network : networks) {
            if (network.contains(address)) {
                return true;
            }
        }
        return false;
    }

    private static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw new IllegalArgumentException("'" + text + "' is no network: valid are an address such as 192.0.2.1 or"
                    + " 2001:db8::1, one with the length of its prefix such as 10.0.0.0/8, and unix:");
        }
        int bits = address.getAddress().length * Byte.SIZE;
        String length = slash < 0 ? Integer.toString(bits) : text.substring(slash + 1);
        int prefix = length.matches("[0-9]{1,3}") ? Integer.parseInt(length) : Integer.MAX_VALUE;
        if (prefix > bits) {
            throw new IllegalArgumentException(
                    "'" + text + "': the prefix of such an address has 0 to " + bits + " bits");
        }
        for (int bit = prefix; bit < bits; bit++) {
            if ((address.getAddress()[bit >> 3] & 0x80 >> (bit & 7)) != 0) {
                throw new IllegalArgumentException("'" + text + "' has bits behind its prefix of " + prefix
                        + ": write the first address of the network, or a longer prefix");
            }
        }
        return new Network(address, prefix);
    }
}
