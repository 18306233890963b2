package dev.partita.connection;

/// How a connection ends.
public enum Close {
    /// `close(2)`: everything was said and heard.
    NORMAL,
    /// Our side says no more, and what the peer is still sending is read and dropped for a while before `close(2)`:
    /// closing with unread bytes would reset the connection and could destroy the answer on its way (RFC 9112
    /// section 9.6).
    LINGER,
    /// A reset: the answer is incomplete, and the peer has to notice.
    ABORT
}
