package dev.partita.server;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.limits.Limits;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

/// A server that runs. For any thread.
public interface Running extends AutoCloseable {
    /// The model it runs under.
    ServerModel model();

    /// The transport in use.
    Transport transport();

    /// Its bounds.
    Limits limits();

    /// Where it listens, with the ports that were chosen where 0 was asked for.
    List<SocketAddress> addresses();

    /// The port of the first address that has one; -1 if none has.
    default int port() {
        return addresses().stream()
                .filter(InetSocketAddress.class::isInstance)
                .mapToInt(address -> ((InetSocketAddress) address).getPort())
                .findFirst()
                .orElse(-1);
    }

    /// What became of the socket options, on the first listener.
    List<SocketOptions.Outcome> socketOptions();

    /// The sum of a counter over all loops and processes. Those of another process are a quarter of a second old.
    long count(Counter counter);

    /// All counters over all loops and processes, as of one moment.
    Counts counts();

    /// How many connections are open; a moment old, never negative.
    default long connections() {
        long closed = count(Counter.CLOSED);
        return count(Counter.ACCEPTED) - closed;
    }

    /// How much there is of something in one part of the server, such as a queue.
    ///
    /// @param name the part's, as its threads bear it
    /// @param value a moment old
    record Level(String name, long value) {}

    /// The connections that each loop has, in the order in which the model made its loops; with processes, those of each. Empty
    /// under models with a thread for each connection, but for the loop that accepts, which never has any.
    List<Level> loops();

    /// What waits in front of each worker or stage, or is worked on; see [Limits#queueMax]. Empty under models without them.
    List<Level> queues();

    /// The processes that serve; empty if that is this one alone.
    default List<WorkerStatus> workers() {
        return List.of();
    }

    /// How many worker processes had to be replaced for that reason. From any thread.
    default long replaced(WorkerEnd why) {
        return 0;
    }

    /// Starts a new generation of this program, with what its command line and files say now, and lets it take over without
    /// losing a request: only when it is ready to serve does the old one stop accepting and drain. Waits until that has
    /// happened, or has failed; the old one goes on then.
    ///
    /// @throws IOException if the new generation does not come up, or this server cannot be reloaded; the message says why
    default void reload() throws IOException {
        throw new IOException("this server cannot be reloaded: it has no control socket; see Server.control");
    }

    /// Starts this program anew, with the jars and the JDK that are in its place now, and lets it take over the listening sockets
    /// without losing a request: only when it serves does this process stop accepting and drain, and then its server ends. Waits
    /// until the other one has taken over, or has failed; this one goes on then.
    ///
    /// @throws IOException if the new process does not come up, or this server cannot be upgraded; the message says why
    default void upgrade() throws IOException {
        throw new IOException("this server cannot be upgraded: it has no control socket; see Server.control");
    }

    /// Runs `action`, on a thread of its own, when another process has taken over by [#upgrade] and this server begins to drain:
    /// what else this program listens on should end then, and the program with the server.
    default void whenSuperseded(Runnable action) {}

    /// Lets the processes that serve open their log files again: each gets SIGUSR1, if it has a handler for that. What this
    /// process writes itself is its own affair.
    default void reopenLogs() {}

    /// False once nobody is accepted any longer, as a [#drain] begins with.
    boolean isAccepting();

    /// Waits until the server has ended.
    void await() throws InterruptedException;

    /// Waits until the server has ended, or the time is over.
    ///
    /// @return false if the time was over first
    boolean await(Duration timeout) throws InterruptedException;

    /// Ends the server without losing a request, and waits until it has: it stops accepting; requests in flight get their
    /// answer, with `Connection: close` where the protocol has such a thing, for as long as [Limits#drainMillis] allows; what
    /// is left then is reset. Connections between two requests get one more answer, for as long as [Limits#drainIdleMillis]
    /// allows; then our side of them is closed, and theirs is waited for, for a second. A second call waits for
    /// the first and returns what that does.
    ///
    /// @return true if no request had to be given up
    boolean drain();

    /// True once [#drain], [#close] or [#abort] was called: others should no longer be sent here.
    boolean isDraining();

    /// Ends the server now: requests in flight are given up.
    void abort();

    /// The same as [#drain], but that connections between two requests are closed at once: for programs and tests that have no
    /// clients left, or none that mind.
    @Override
    void close();
}
