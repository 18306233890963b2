package dev.partita.connection;

/// A reply that is made while it is sent. It is asked for more only when all it gave has left, so a slow reader costs one
/// buffer and no thread.
@FunctionalInterface
public interface Producer {
    /// Puts the next bytes, as many as there are and fit. One call is one pass of work: it may block only where its
    /// protocol named the pass BLOCKING.
    ///
    /// @return true while there is more to come; a call that puts nothing and returns true is called again
    /// @throws Exception ends the connection without completing the reply
    boolean fill(Buffer into) throws Exception;

    /// Lets go of whatever it holds. Called once, by the thread that owns the connection: after [#fill] has given the last of
    /// it or thrown, or when the rest will not be sent because the peer is gone. Should be short.
    default void close() {}
}
