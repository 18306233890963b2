package dev.partita.transport;

import dev.partita.connection.Connection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The wire that never waits, and the one place where its loop does: it asks the kernel which connections can go on.
///
/// One for each loop. All calls are made by the loop's thread, but [#wakeup]. A poller that completes operations instead of
/// announcing readiness fits as well: its endpoints then give out what was received and take what is to be sent, and [#poll]
/// submits and collects.
public interface Poller extends Wire, AutoCloseable {
    /// Starts accepting from `listener`; `policy` decides where each connection lives.
    ///
    /// When every slot of the table is taken, or the system has no descriptors left, accepting pauses: the former until
    /// [#accepting] is called, the latter for [#ACCEPT_RETRY_NANOS]. New connections wait in the kernel's backlog.
    void listen(Listener listener, AcceptPolicy policy) throws IOException;

    /// Goes on with accepting, or stops for the time being.
    void accepting(boolean on);

    /// Stops accepting for good: accepts what is in the backlog already, then closes the listeners.
    void stopListening();

    /// Opens a connection of our own on a slot that has [begun][Connection#begin], and watches it. Never waits.
    ///
    /// @param destination made by this poller's transport
    /// @return [Connecting#UNDER_WAY] if [#take] will give the connection later: established, or [lost][Connection#lost]
    Connecting connect(Connection connection, Destination destination);

    /// Watches a connection that this or another poller has accepted.
    void adopt(Connection connection);

    /// The connection goes to another thread for a while: it stays silent until it is [reclaimed][#reclaim].
    void lend(Connection connection);

    /// The connection is back.
    void reclaim(Connection connection);

    /// Waits until something can go on, or the time is over, or [#wakeup].
    ///
    /// @param timeoutNanos 0 does not wait, less waits for ever
    /// @return how many connections [#take] will give at most; a hint
    int poll(long timeoutNanos);

    /// The next connection that can go on, or was just accepted and [placed][AcceptPolicy#place], which may be with another
    /// loop; null when there is none left of this poll.
    @Nullable Connection take();

    /// Ends the wait in [#poll], or the next one. From any thread.
    void wakeup();

    /// Ends the wait also each time that another process writes to this eventfd. It is never read, so that who has it can
    /// neither take a wake-up away nor hold the loop up.
    ///
    /// @return false if this poller, or the system, cannot do that
    default boolean watch(int eventfd) {
        return false;
    }

    /// Ends that, before the descriptor is closed. Nothing happens if it is not watched.
    default void unwatch(int eventfd) {}

    /// Frees what the poller holds. Its connections are closed. By the loop's thread as its last act; once more, which does
    /// nothing, or for a loop that never ran, by another.
    @Override
    void close();

    /// How long accepting pauses when the system is out of descriptors or memory: 100 ms is short for people and 10 calls a
    /// second for the processor.
    long ACCEPT_RETRY_NANOS = 100_000_000L;
}
