package dev.partita.server;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counters;
import dev.partita.limits.Limits;
import dev.partita.loop.Background;
import dev.partita.loop.ConnectionThreads;
import dev.partita.loop.Conversation;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Part;
import dev.partita.loop.Turn;
import dev.partita.loop.WaitingWires;
import dev.partita.loop.Watcher;
import dev.partita.loop.Worker;
import dev.partita.loop.Workers;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Listener;
import dev.partita.transport.Parking;
import dev.partita.transport.Poller;
import dev.partita.transport.Transport;
import dev.partita.transport.Transport.Sharing;
import dev.partita.transport.WaitingWire;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/// The workbench of a [ServerModel]: makes the parts of one server (loops, workers, threads, listeners) and, in the end,
/// starts them. Used by one thread, once.
///
/// When it is closed without having started anything, all that was made is freed again.
public final class Wiring implements AutoCloseable {
    private final Server server;
    private final ServerModel model;
    private final Limits limits;
    private final Transport transport;
    private final ConnectionTable table;
    private final Arena arena = Arena.ofShared();
    private final List<Part> parts = new ArrayList<>();
    private final List<Counters> counters = new ArrayList<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private int loops;
    private boolean started;

    /// Begins with all connection slots.
    public Wiring(Server server, ServerModel model) {
        this(server, model, server.limits().connectionsMax());
    }

    /// Begins with fewer connection slots than the server's limits allow.
    public Wiring(Server server, ServerModel model, int connectionsMax) {
        this.server = server;
        this.model = model;
        limits = server.limits()
                .withConnectionsMax(Math.min(connectionsMax, server.limits().connectionsMax()));
        transport = server.transport();
        table = new ConnectionTable(
                server.protocol(), limits, transport.files(), transport::endpoint, server.observer());
        resources.push(table);
        counters.add(table.counters());
        counters.addAll(server.protocol().counters());
        parts.add(new Background(server.protocol(), table, parts));
    }

    /// The bounds of this server.
    public Limits limits() {
        return limits;
    }

    /// An event loop that serves its connections alone, from the first byte to the last.
    ///
    /// @param turn makes the loop's turn
    public EventLoop loop(String name, Function<EventLoop, Turn> turn) throws IOException {
        return loop(name, table.size(), Counters.confined(), turn);
    }

    /// An event loop whose connections are also served by other threads, which count along.
    public EventLoop lendingLoop(String name, Function<EventLoop, Turn> turn) throws IOException {
        return loop(name, table.size(), Counters.shared(), turn);
    }

    /// A loop that only accepts connections for others.
    public EventLoop acceptor(String name) throws IOException {
        return loop(name, 0, Counters.confined(), loop -> connection -> {
            throw new IllegalStateException("an acceptor has no connections of its own");
        });
    }

    private EventLoop loop(String name, int connectionsMax, Counters counters, Function<EventLoop, Turn> turn)
            throws IOException {
        Poller poller = transport.poller(table, counters);
        resources.push(poller);
        int cpu = loops++ % Runtime.getRuntime().availableProcessors();
        BufferPool pool = connectionsMax == 0 ? BufferPool.EMPTY : pool(false);
        var loop = new EventLoop(name, poller, table, connectionsMax, pool, counters, () -> pin(cpu), turn);
        resources.pop(); // the loop closes it
        return add(loop, counters);
    }

    /// A bounded queue and the threads that serve it.
    ///
    /// @param work what a thread does with each connection that it gets
    /// @param giveAway passes the connection on; called by the same thread when the work is done
    public Worker worker(String name, int threads, Consumer<Connection> work, Consumer<Connection> giveAway) {
        Worker worker = new Worker(name, threads, table, work, giveAway);
        parts.add(worker);
        return worker;
    }

    /// `count` single-threaded workers with a queue each, which send every connection home.
    ///
    /// @param work what a worker does with each connection that it gets
    public Workers workers(String name, int count, Consumer<Connection> work) {
        List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            workers.add(worker(name + "-" + i, 1, work, Connection::goHome));
        }
        return new Workers(workers);
    }

    /// A thread of the system's for each connection.
    public ConnectionThreads threads(String name, Conversation conversation) throws IOException {
        WaitingWires wires = new WaitingWires(transport, table);
        resources.push(wires);
        Counters shared = Counters.shared();
        return add(
                new ConnectionThreads(name, true, table, pool(true), shared, c -> hold(c, wires, conversation),
                        wires::wake),
                shared);
    }

    private static void hold(Connection connection, WaitingWires wires, Conversation conversation) {
        while (true) {
            try {
                hold(connection, wires.take(), wires, conversation);
                return;
            } catch (IOException exhausted) {
                // Too many open files are a state that passes: when another connection ends, its wire is there.
                if (connection.isToEnd()) {
                    connection.closing(Close.ABORT);
                    connection.close();
                    return;
                }
                LockSupport.parkNanos(Poller.ACCEPT_RETRY_NANOS);
            }
        }
    }

    private static void hold(
            Connection connection, WaitingWire wire, WaitingWires wires, Conversation conversation) {
        try {
            conversation.hold(wire, connection);
        } catch (Throwable bug) {
            wires.discard(wire);
            throw bug;
        }
        wires.give(wire);
    }

    /// A virtual thread for each connection, their sockets watched by `watchers` threads of the system's.
    public ConnectionThreads virtualThreads(String name, int watchers, Conversation conversation) throws IOException {
        Parking[] parkings = new Parking[watchers];
        WaitingWire[] wires = new WaitingWire[watchers];
        for (int i = 0; i < watchers; i++) {
            parkings[i] = transport.parking(table);
            resources.push(parkings[i]);
            wires[i] = new WaitingWire(parkings[i]);
        }
        Counters shared = Counters.shared();
        var threads = new ConnectionThreads(
                name,
                false,
                table,
                pool(true),
                shared,
                c -> {
                    int watcher = c.slot() % watchers;
                    parkings[watcher].adopt(c);
                    conversation.hold(wires[watcher], c);
                },
                () -> List.of(parkings).forEach(Parking::wake));
        add(threads, shared);
        for (int i = 0; i < watchers; i++) {
            parts.add(new Watcher(name + "-poller-" + i, parkings[i], threads));
        }
        return threads;
    }

    /// Lets one loop accept on every address of the server.
    ///
    /// @param policy where the connections live
    public void listen(EventLoop loop, AcceptPolicy policy) throws IOException {
        for (SocketAddress address : server.addresses()) {
            for (Listener each : open(address, Sharing.SINGLE)) {
                loop.listen(each, policy);
            }
        }
    }

    /// Lets several loops accept on every address of the server, each for itself.
    ///
    /// @param sharing how: a listener for each (unix sockets, which cannot, are shared), or one for all
    public void listen(List<EventLoop> loops, Sharing sharing) throws IOException {
        for (SocketAddress address : server.addresses()) {
            if (sharing == Sharing.REUSE_PORT && !(address instanceof UnixDomainSocketAddress)) {
                requireResolved(address);
                List<Listener> each = transport.listen(address, limits.backlog(), server.options(), loops.size());
                listeners.addAll(each);
                // Where they came from another process there may be more or fewer of them than loops.
                for (int i = 0; i < Math.max(each.size(), loops.size()); i++) {
                    EventLoop loop = loops.get(i % loops.size());
                    loop.listen(each.get(i % each.size()), loop);
                }
            } else {
                for (Listener shared : open(address, Sharing.SHARED)) {
                    for (EventLoop loop : loops) {
                        loop.listen(shared, loop);
                    }
                }
            }
        }
    }

    /// Starts everything that was made.
    public Running start() {
        started = true;
        table.countedBy(counters);
        return RunningThreads.start(model, transport, table, parts, listeners, resources, arena);
    }

    /// Frees everything, unless it was started.
    @Override
    public void close() {
        if (!started) {
            listeners.forEach(Listener::close);
            parts.forEach(Part::close);
            RunningThreads.closeAll(resources);
            arena.close();
        }
    }

    private List<Listener> open(SocketAddress address, Sharing sharing) throws IOException {
        requireResolved(address);
        List<Listener> opened = new ArrayList<>();
        opened.add(transport.listen(address, limits.backlog(), server.options(), sharing));
        opened.addAll(transport.further(address));
        listeners.addAll(opened);
        return opened;
    }

    private static void requireResolved(SocketAddress address) throws IOException {
        if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
            throw new IOException("cannot listen on " + inet.getHostString() + ":" + inet.getPort()
                    + ": this host name is not known here; use an address such as 127.0.0.1");
        }
    }

    /// Enough for every connection to be with this loop, both ways; what is not touched costs nothing.
    private BufferPool pool(boolean shared) throws IOException {
        int count = 2 * table.size();
        int countLarge = table.size();
        long bytes = BufferPool.bytesNeeded(limits.bufferBytes(), count, limits.inboundBytesMax(), countLarge);
        return new BufferPool(
                transport.map(bytes, arena), limits.bufferBytes(), count, limits.inboundBytesMax(), countLarge, shared);
    }

    private void pin(int cpu) {
        if (server.isPinned()) {
            transport.pin(cpu);
        }
    }

    private <P extends Part> P add(P part, Counters counts) {
        parts.add(part);
        counters.add(counts);
        return part;
    }
}
