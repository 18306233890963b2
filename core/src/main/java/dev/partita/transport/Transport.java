package dev.partita.transport;

import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Endpoint;
import dev.partita.connection.FileAccess;
import dev.partita.limits.Counters;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How threads talk to the kernel: which calls wait, accept, receive and send. The same protocol, handler and model run on
/// each; the only difference is speed and what the system offers.
public interface Transport {
    /// Its name on a command line, such as `nio` or `epoll`.
    String name();

    /// Which calls it uses, in a few words.
    String description();

    /// Why it cannot be used on this machine, or an empty string if it can.
    String unavailable();

    /// Does now what its first use would wait for, such as linking the system's functions. From any thread, if it is
    /// [available][#unavailable]; may take a tenth of a second.
    default void prepare() {}

    /// Maps memory that costs nothing until it is touched and is freed when `arena` closes.
    ///
    /// @throws IOException if the system has no such amount to give
    MemorySegment map(long bytes, Arena arena) throws IOException;

    /// Makes the endpoint of one connection slot.
    Endpoint endpoint();

    /// Binds and listens. The listener accepts nothing before a poller watches it, but the kernel completes handshakes up to
    /// the backlog.
    ///
    /// @param sharing how several loops share the port
    /// @throws IOException if the address cannot be bound; the message names it, the cause and the likely remedy
    Listener listen(SocketAddress address, int backlog, SocketOptions options, Sharing sharing) throws IOException;

    /// Further listeners of an address that listens already, which came from another process: connections arrive at each of
    /// them, so each has to be listened to.
    default List<Listener> further(SocketAddress address) {
        return List.of();
    }

    /// Binds several sockets to one port, over which the kernel spreads connections (SO_REUSEPORT).
    ///
    /// Sharing a port is with ourselves: with another server of this user the kernel would let us share it too, and divide the
    /// clients between the two (`socket(7)`). A bind without sharing finds it; it does not listen, so that nobody is let in who
    /// would be turned away.
    ///
    /// @param count how many are asked for; there may be more than that where they came from another process
    /// @throws IOException as [#listen]; none is open then
    default List<Listener> listen(SocketAddress address, int backlog, SocketOptions options, int count)
            throws IOException {
        try (var probe = new Socket()) {
            probe.setReuseAddress(true); // as a listener does, for what the last one has left behind
            probe.bind(address);
        } catch (IOException taken) {
            listen(address, backlog, options, Sharing.SINGLE).close(); // says it better
        }
        List<Listener> listeners = new ArrayList<>();
        SocketAddress bound = address;
        try {
            for (int i = 0; i < count; i++) {
                Listener listener = listen(bound, backlog, options, Sharing.REUSE_PORT);
                listeners.add(listener);
                bound = listener.address(); // port 0: the first one chooses for all
            }
            return listeners;
        } catch (IOException | RuntimeException failure) {
            listeners.forEach(Listener::close);
            throw failure;
        }
    }

    /// Prepares for opening connections; opens none.
    ///
    /// @param source the address that they come from, with port 0 for any; null leaves it to the system
    /// @throws IOException if connections of this kind cannot be opened; the message names the address and the cause
    Destination destination(SocketAddress address, @Nullable SocketAddress source, SocketOptions options)
            throws IOException;

    /// How several loops listen on one port.
    enum Sharing {
        /// Only one loop watches the listener.
        SINGLE,
        /// Several listeners are bound to the port, and the kernel spreads connections over them (SO_REUSEPORT).
        REUSE_PORT,
        /// Several loops watch one listener, and the kernel wakes one of them for a connection (EPOLLEXCLUSIVE).
        SHARED
    }

    /// Makes the poller of one loop.
    ///
    /// @param counters the loop's, for the pauses in accepting and the polls
    Poller poller(ConnectionTable table, Counters counters) throws IOException;

    /// The shortest time that its pollers can wait, in nanoseconds; a shorter wait lasts as long as this one. Whoever has to be
    /// on time does not wait for what is nearer.
    default long waitNanosMin() {
        return 1_000_000;
    }

    /// Makes what one platform thread waits with.
    Waiting blocking(ConnectionTable table) throws IOException;

    /// Makes what virtual threads wait with.
    Parking parking(ConnectionTable table) throws IOException;

    /// How files are opened that this transport can send.
    FileAccess files();

    /// Whether [#pin] can do anything here.
    default boolean pins() {
        return false;
    }

    /// Ties the calling thread to one processor.
    ///
    /// @return false where that is not possible
    boolean pin(int cpu);
}
