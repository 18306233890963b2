package dev.partita.transport;

import java.net.SocketAddress;
import java.util.List;

/// A socket that listens. Made by a [Transport], watched by one of its pollers, or by several where it is shared.
public interface Listener extends AutoCloseable {
    /// The address it is bound to, with the port that the system chose where 0 was asked for.
    SocketAddress address();

    /// What became of each socket option that was asked for.
    List<SocketOptions.Outcome> outcomes();

    /// Stops listening: what waits in the backlog is reset by the kernel. Harmless when repeated. A unix socket's file is
    /// removed.
    @Override
    void close();
}
