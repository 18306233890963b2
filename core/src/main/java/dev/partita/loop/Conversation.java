package dev.partita.loop;

import dev.partita.connection.Connection;
import dev.partita.transport.Wire;

/// What a server model does with a connection that has a thread of its own: its `switch` over
/// [dev.partita.connection.Step], again and again.
@FunctionalInterface
public interface Conversation {
    /// Serves the connection from its first byte until it is closed.
    ///
    /// @param wire waits where it has to
    void hold(Wire wire, Connection connection);
}
