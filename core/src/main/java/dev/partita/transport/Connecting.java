package dev.partita.transport;

/// What became of opening a connection, as far as that is known without waiting.
public enum Connecting {
    /// It is there.
    ESTABLISHED,
    /// The peer has been asked. [Poller#take] gives the connection once it is there, or cannot be.
    UNDER_WAY,
    /// Nobody listens at that address, or the listener has no room.
    REFUSED,
    /// There is no way to that address, or none that is allowed.
    UNREACHABLE,
    /// Every port of the source address is taken: another source address has ports of its own.
    NO_PORT,
    /// The process or the system has no descriptor or memory left.
    NO_DESCRIPTOR;

    /// True if there is no connection and will be none.
    public boolean isFailed() {
        return this != ESTABLISHED && this != UNDER_WAY;
    }
}
