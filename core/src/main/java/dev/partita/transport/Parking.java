package dev.partita.transport;

import dev.partita.connection.Connection;
import dev.partita.connection.Inbox;

/// How virtual threads wait: the thread parks, and a thread of the server's that watches all their sockets unparks it. No
/// native call ever holds a carrier.
///
/// A park has no time limit, since a timer for every wait would cost more than the wait: whoever finds that a connection
/// [is late][Connection#isLate] unparks its thread by [Connection#home], and the wait ends.
public interface Parking extends Waiting {
    /// Starts to watch a connection's socket. By the thread that is going to serve it, before it waits.
    void adopt(Connection connection);

    /// Unparks the threads whose sockets are ready. By the watching thread, again and again.
    ///
    /// @param timeoutNanos how long to wait for one; less than 0 for ever
    /// @param waking unparks the thread of a connection
    /// @return how many sockets were ready
    int poll(long timeoutNanos, Inbox waking);
}
