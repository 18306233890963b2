package dev.partita.transport;

import dev.partita.connection.Connection;

/// How a connection's READ, WRITE, WAIT and CLOSE are performed: without ever waiting (a [Poller]), or by waiting in the
/// calling thread ([WaitingWire]).
///
/// A wire never throws: an error or the end of the stream becomes the connection's state, and [Connection#next] names
/// CLOSE. The result is the same for all of them: true means "call [Connection#next] again", be it for bytes, the end, an
/// error or a deadline. After false the connection comes back by itself, exactly once, when what was asked for can go on;
/// whatever else happens to its socket meanwhile is remembered.
public interface Wire {
    /// Receives into inbound.
    boolean read(Connection connection);

    /// Sends what is in outbound.
    boolean write(Connection connection);

    /// Waits for [Connection#resume].
    boolean await(Connection connection);

    /// Ends the connection as [Connection#closing] said and frees its slot. The connection must not be used afterwards. If
    /// the last of its reply is still on its way, it comes back when that has been sent, and [Connection#next] names CLOSE
    /// once more.
    void close(Connection connection);
}
