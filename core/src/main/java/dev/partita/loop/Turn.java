package dev.partita.loop;

import dev.partita.connection.Connection;

/// What a server model does with a connection that can go on: its `switch` over [dev.partita.connection.Step].
@FunctionalInterface
public interface Turn {
    /// Performs one step.
    ///
    /// @return true if the connection can go on at once; false if it waits for something or is not this loop's any longer
    boolean advance(Connection connection);
}
