package dev.partita.loop;

import dev.partita.connection.ConnectionTable;
import dev.partita.transport.Transport;
import dev.partita.transport.Waiting;
import dev.partita.transport.WaitingWire;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// The wires of threads that come and go with their connections: what a thread waits with (a selector, a descriptor) is
/// dear to make, so the next thread gets the one that was given back last. For any thread.
public final class WaitingWires implements AutoCloseable {
    private final Transport transport;
    private final ConnectionTable table;
    private final ConcurrentLinkedDeque<WaitingWire> free = new ConcurrentLinkedDeque<>();
    private final Queue<WaitingWire> all = new ConcurrentLinkedQueue<>();
    /// The only one, where the transport's serve any number of threads.
    private final @Nullable WaitingWire forAll;

    /// Makes the first one.
    ///
    /// @param transport makes them, at most as many as the table has connections
    /// @throws IOException if the system has nothing left to make one of
    public WaitingWires(Transport transport, ConnectionTable table) throws IOException {
        this.transport = transport;
        this.table = table;
        Waiting waiting = transport.blocking(table);
        WaitingWire first = new WaitingWire(waiting);
        all.add(first);
        free.add(first);
        forAll = waiting.isForAll() ? first : null;
    }

    /// A wire for the calling thread.
    ///
    /// @throws IOException if the system has nothing left to make one of
    public WaitingWire take() throws IOException {
        if (forAll != null) {
            return forAll;
        }
        WaitingWire wire = free.pollFirst();
        if (wire == null) {
            wire = new WaitingWire(transport.blocking(table));
            all.add(wire);
        }
        return wire;
    }

    /// Gives a wire back.
    public void give(WaitingWire wire) {
        if (forAll == null) {
            free.addFirst(wire);
        }
    }

    /// Frees a wire instead, whose conversation has failed: the selector may still know its socket.
    public void discard(WaitingWire wire) {
        if (forAll == null) {
            all.remove(wire);
            wire.close();
        }
    }

    /// Ends every thread's wait.
    public void wake() {
        all.forEach(WaitingWire::wake);
    }

    @Override
    public void close() {
        List.copyOf(all).forEach(WaitingWire::close);
    }
}
