package dev.partita.connection;

/// Where a connection is, as its home knows it.
public enum Place {
    /// Accepted, and its home has not seen it yet.
    FRESH,
    /// Being opened by us: neither the peer nor its session has said anything yet.
    CONNECTING,
    /// At home: its loop has it, or its own thread.
    HOME,
    /// At home, in the list of those that go on in the next turn.
    QUEUED,
    /// With a worker, which does its work; the socket stays at home.
    LENT,
    /// With a stage, its socket included.
    ENTRUSTED,
    /// Waiting for [Connection#resume].
    WAITING
}
