package dev.partita.connection;

/// What a connection needs next. A connection is always at exactly one step, and a server model is one `switch` over
/// these that says who performs it.
///
/// Complete for good: a further constant would break every model that somebody has written.
public enum Step {
    /// More bytes from the peer: [dev.partita.transport.Wire#read].
    READ,
    /// One pass of useful work that does not block: [Connection#work].
    WORK,
    /// One pass of useful work that may block (a file, a database, a sleep): [Connection#work].
    BLOCKING,
    /// What stands in outbound goes to the peer: [dev.partita.transport.Wire#write].
    WRITE,
    /// Nothing, until somebody calls [Connection#resume], or, if the session [listens][Session#listensWhileWaiting], until the
    /// peer does something: [dev.partita.transport.Wire#await].
    WAIT,
    /// The end: [dev.partita.transport.Wire#close].
    CLOSE
}
