package dev.partita.load;

import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/// The addresses that connections come from. A source address has about 28,000 ports for one peer
/// (`net.ipv4.ip_local_port_range`). On the loopback interface, 127.0.0.2, 127.0.0.3 and so on are further source addresses
/// with ports of their own: when one has none left, it is the next one's turn.
final class Sources {
    /// 127.0.0.2 to 127.0.0.254.
    private static final int MORE = 253;

    private final List<Destination> all;
    private int current;

    private Sources(List<Destination> all) {
        this.all = all;
    }

    static Sources of(Transport transport, SocketAddress to, SocketOptions options) throws IOException {
        List<Destination> all = new ArrayList<>();
        all.add(transport.destination(to, null, options));
        if (to instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet4Address host
                && host.isLoopbackAddress()) {
            for (int i = 0; i < MORE; i++) {
                InetAddress from = InetAddress.getByAddress(new byte[]{127, 0, 0, (byte) (i + 2)});
                all.add(transport.destination(to, new InetSocketAddress(from, 0), options));
            }
        }
        return new Sources(List.copyOf(all));
    }

    static Sources of(List<Destination> all) {
        return new Sources(List.copyOf(all));
    }

    /// Where the next connection goes, and from where.
    Destination current() {
        return all.get(current);
    }

    /// Says what became of a connection to [#current].
    ///
    /// @return true if it should be tried again, from another address
    boolean tryAgainAfter(Connecting outcome, int tries) {
        if (outcome != Connecting.NO_PORT) {
            return false;
        }
        current = current + 1 < all.size() ? current + 1 : 0;
        return tries < all.size();
    }
}
