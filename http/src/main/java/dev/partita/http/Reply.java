package dev.partita.http;

/// Writes the reply to a request that was put off: see [Later].
@FunctionalInterface
public interface Reply {
    /// Replies. Called by a thread of the server's, as a pass of work that does not block; the [Request] is valid again
    /// meanwhile. A producer that it replies with is called by passes of their own, which may block if the handler may.
    ///
    /// @throws Exception answers with 500, as with [Handler#handle]
    void write(Response response) throws Exception;

    /// Called instead of [#write] if the request is over before that: lets go of what this reply holds. Not called for one that
    /// was never [set][Later#complete].
    ///
    /// Called by the thread of the server's that ends the request, which may be an event loop: must not block. What it throws
    /// is logged and changes nothing.
    default void dropped() {}
}
