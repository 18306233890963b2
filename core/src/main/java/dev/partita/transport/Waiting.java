package dev.partita.transport;

import dev.partita.connection.Connection;

/// How a thread that serves one connection waits for its socket. One for each thread, or one for all, as the transport
/// likes; [#wake] may be called by any thread, the rest by the one that waits.
public interface Waiting extends AutoCloseable {
    /// Waits until the socket can be read, or its deadline has passed, or [#wake]. May return early.
    void readable(Connection connection);

    /// Waits until the socket can be written, or its deadline has passed, or [#wake]. May return early.
    void writable(Connection connection);

    /// Says that this thread waits no more, since it is about to close the socket.
    default void leave(Connection connection) {}

    /// Ends the present wait, and the next one if there is none, of every thread that waits here.
    void wake();

    /// True if any number of threads may wait here at the same time, so that one serves all of them.
    default boolean isForAll() {
        return false;
    }

    @Override
    void close();
}
