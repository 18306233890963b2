package dev.partita.limits;

/// Which deadline a connection is under, by what it waits for.
public enum Deadline {
    /// The next request.
    IDLE,
    /// The rest of a request's head.
    HEAD,
    /// The rest of a request's body.
    BODY,
    /// The useful work.
    WORK,
    /// The peer, to take what it is sent.
    WRITE,
    /// The peer, to close its side too.
    LINGER
}
