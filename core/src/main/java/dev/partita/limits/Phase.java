package dev.partita.limits;

/// What a connection that wants to read is in the middle of. It decides which deadline the read is under, and whether a
/// drain may close the connection.
public enum Phase {
    /// Between two requests: nobody loses anything when the connection ends now.
    IDLE,
    /// A request has begun and its head is not complete.
    HEAD,
    /// The head is complete and the body is not.
    BODY
}
