package dev.partita.http;

/// Writes the reply to a request that was put off: see [Later].
@FunctionalInterface
public interface Reply {
    /// Replies. Called by a thread of the server's, as a pass of work that does not block. A producer that it replies with is
    /// called by passes of their own, which may block if the handler may.
    ///
    /// @throws Exception answers with 500, as with [Handler#handle]
    void write(Response response) throws Exception;
}
