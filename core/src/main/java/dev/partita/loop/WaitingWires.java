package dev.partita.loop;

import dev.partita.connection.ConnectionTable;
import dev.partita.transport.Transport;
import dev.partita.transport.WaitingWire;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;

/// The wires of threads that come and go with their connections: what a thread waits with (a selector, a descriptor) is
/// dear to make, so the next thread gets the one that was given back last. For any thread.
public final class WaitingWires implements AutoCloseable {
    private final Transport transport;
    private final ConnectionTable table;
    private final ConcurrentLinkedDeque<WaitingWire> free = new ConcurrentLinkedDeque<>();
    private final Queue<WaitingWire> all = new ConcurrentLinkedQueue<>();

    /// @param transport makes them, at most as many as the table has connections
    public WaitingWires(Transport transport, ConnectionTable table) {
        this.transport = transport;
        this.table = table;
    }

    /// A wire for the calling thread.
    ///
    /// @throws IOException if the system has nothing left to make one of
    public WaitingWire take() throws IOException {
        WaitingWire wire = free.pollFirst();
        if (wire == null) {
            wire = new WaitingWire(transport.blocking(table));
            all.add(wire);
        }
        return wire;
    }

    /// Gives a wire back.
    public void give(WaitingWire wire) {
        free.addFirst(wire);
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
