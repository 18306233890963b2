package dev.partita.connection;

/// The only door between threads: whoever puts a connection in has given it away.
public interface Inbox {
    /// Passes the connection's ownership to the thread behind this door and wakes it if it sleeps. Never blocks. From any
    /// thread that owns the connection.
    ///
    /// @return false if there is no room; the caller then still owns the connection
    boolean enqueue(Connection connection);
}
