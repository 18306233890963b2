package dev.partita.transport;

import dev.partita.connection.Connection;

/// Who gets a connection that was just accepted: the accept policy.
@FunctionalInterface
public interface AcceptPolicy {
    /// Decides where the connection lives, by [Connection#begin]. Called by the thread that accepted it; never blocks.
    void place(Connection connection);
}
