package dev.partita.load;

/// What a [Speaker] found when it looked for the end of a reply.
public enum Heard {
    /// The reply is not complete.
    MORE,
    /// It is complete and says that the request was served.
    WELL,
    /// It is complete and blames the request.
    CLIENT_ERROR,
    /// It is complete and says that the server could not.
    SERVER_ERROR,
    /// The peer has ended, and no byte of this reply has come.
    NOTHING,
    /// The peer has ended in the middle of it.
    EARLY_END,
    /// It is not a reply of this protocol: nothing that follows can be understood.
    BAD
}
