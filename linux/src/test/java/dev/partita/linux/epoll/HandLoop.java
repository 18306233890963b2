package dev.partita.linux.epoll;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Inbox;
import dev.partita.connection.Place;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.transport.Listener;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// An event loop that the test turns by hand, in its own thread: SPED in a few lines.
final class HandLoop implements AutoCloseable {
    static final SocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    static final long FOREVER = -1;

    final EpollTransport transport = new EpollTransport();
    final Echo protocol = new Echo();
    final ConnectionTable table;
    final Counters counters = Counters.confined();
    final BufferPool pool;
    final EpollPoller poller;
    final Inbox home = connection -> false;
    /// Those that were taken and not closed since.
    final List<Connection> open = new ArrayList<>();
    private final Arena arena = Arena.ofShared();

    HandLoop(int connectionsMax) throws IOException {
        this(Limits.defaults().withConnectionsMax(connectionsMax));
    }

    HandLoop(Limits limits) throws IOException {
        table = new ConnectionTable(protocol, limits, transport.files(), transport::endpoint);
        int ordinary = 2 * limits.connectionsMax();
        int large = limits.connectionsMax();
        long bytes = BufferPool.bytesNeeded(limits.bufferBytes(), ordinary, limits.bufferBytesMax(), large);
        pool = new BufferPool(
                transport.map(bytes, arena), limits.bufferBytes(), ordinary, limits.bufferBytesMax(), large, false);
        poller = (EpollPoller) transport.poller(table, counters);
    }

    Listener listen(SocketAddress address, Sharing sharing) throws IOException {
        Listener listener = transport.listen(address, 128, SocketOptions.defaults(), sharing);
        poller.listen(listener, connection -> connection.begin(home, pool, counters));
        return listener;
    }

    /// Listens on the loopback interface and connects one client.
    Peer connectOne() throws IOException {
        return Peer.of(listen(ANY_PORT, Sharing.SINGLE).address());
    }

    /// Turns until the condition holds.
    void turnUntil(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            turn(FOREVER);
        }
    }

    /// One poll, and a turn for each connection that it gives.
    void turn(long timeoutNanos) {
        poller.poll(timeoutNanos);
        for (Connection c = poller.take(); c != null; c = poller.take()) {
            if (c.place() == Place.FRESH) {
                c.place(Place.HOME);
                poller.adopt(c);
                open.add(c);
            }
            serve(c);
        }
    }

    /// Waits for the next connection that can go on, and leaves it to the test.
    Connection next() {
        Connection taken = poller.take();
        while (taken == null) {
            poller.poll(FOREVER);
            taken = poller.take();
        }
        return taken;
    }

    /// Accepts and adopts one connection, and leaves it to the test.
    Connection accept() {
        Connection accepted = next();
        accepted.place(Place.HOME);
        poller.adopt(accepted);
        open.add(accepted);
        return accepted;
    }

    /// True if a poll that does not wait gives nothing.
    boolean isSilent() {
        poller.poll(0);
        return poller.take() == null;
    }

    void serve(Connection c) {
        boolean goesOn = true;
        while (goesOn) {
            goesOn = advance(c);
        }
    }

    private boolean advance(Connection c) {
        return switch (c.next()) {
            case WORK, BLOCKING -> {
                c.work();
                yield true;
            }
            case READ -> poller.read(c);
            case WRITE -> poller.write(c);
            case WAIT -> poller.await(c);
            case CLOSE -> {
                poller.close(c);
                open.remove(c);
                yield false;
            }
        };
    }

    @Override
    public void close() {
        for (Connection c : List.copyOf(open)) {
            poller.close(c);
        }
        poller.close();
        arena.close();
    }
}
