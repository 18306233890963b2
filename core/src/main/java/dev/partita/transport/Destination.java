package dev.partita.transport;

import java.net.SocketAddress;

/// Where connections of our own go: the peer's address, the source address that they are bound to, the socket options that
/// they get. The counterpart of a [Listener]; made by a [Transport], for [Poller#connect] of its pollers. Immutable.
public interface Destination {
    /// The peer's address.
    SocketAddress address();
}
