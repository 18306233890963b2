package dev.partita.connection;

/// The only door between threads: whoever puts a connection in has given it away.
public interface Inbox {
    /// Passes the connection's ownership to the thread behind this door and wakes it if it sleeps. Never blocks. From any
    /// thread that owns the connection.
    ///
    /// @return false if there is no room; the caller then still owns the connection
    boolean enqueue(Connection connection);

    /// Lets a connection that lives behind this door go on after a wait: its thread gets it, or wakes up. From any thread, also
    /// later than the connection has gone on by itself, where it has a thread of its own.
    default void wake(Connection connection) {
        enqueue(connection); // never full: it has room for every connection that lives there
    }
}
