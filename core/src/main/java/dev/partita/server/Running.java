package dev.partita.server;

import dev.partita.connection.Close;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.limits.Limits;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Part;
import dev.partita.loop.Worker;
import dev.partita.transport.Listener;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// A server that runs. For any thread.
public final class Running implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.partita");
    /// What threads get to end once nobody is waited for any longer; one that does not is stuck in somebody's code.
    private static final long ABORT_NANOS = 1_000_000_000L;

    private final ServerModel model;
    private final Transport transport;
    private final ConnectionTable table;
    private final List<Part> parts;
    private final List<Listener> listeners;
    private final Deque<AutoCloseable> resources;
    private final Arena arena;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    private Running(
            ServerModel model,
            Transport transport,
            ConnectionTable table,
            List<Part> parts,
            List<Listener> listeners,
            Deque<AutoCloseable> resources,
            Arena arena) {
        this.model = model;
        this.transport = transport;
        this.table = table;
        this.parts = List.copyOf(parts);
        this.listeners = List.copyOf(listeners);
        this.resources = new ArrayDeque<>(resources);
        this.arena = arena;
    }

    static Running start(
            ServerModel model,
            Transport transport,
            ConnectionTable table,
            List<Part> parts,
            List<Listener> listeners,
            Deque<AutoCloseable> resources,
            Arena arena) {
        var running = new Running(model, transport, table, parts, listeners, resources, arena);
        table.whenRoom(() -> running.parts.forEach(Part::wake));
        running.parts.forEach(Part::start);
        return running;
    }

    /// The model it runs under.
    public ServerModel model() {
        return model;
    }

    /// The transport in use.
    public Transport transport() {
        return transport;
    }

    /// Its bounds.
    public Limits limits() {
        return table.limits();
    }

    /// Where it listens, with the ports that were chosen where 0 was asked for.
    public List<SocketAddress> addresses() {
        return listeners.stream().map(Listener::address).distinct().toList();
    }

    /// The port of the first address that has one; -1 if none has.
    public int port() {
        return addresses().stream()
                .filter(InetSocketAddress.class::isInstance)
                .mapToInt(address -> ((InetSocketAddress) address).getPort())
                .findFirst()
                .orElse(-1);
    }

    /// What became of the socket options, on the first listener.
    public List<SocketOptions.Outcome> socketOptions() {
        return listeners.getFirst().outcomes();
    }

    /// The sum of a counter over all loops.
    public long count(Counter counter) {
        return table.total(counter);
    }

    /// All counters over all loops, as of one moment.
    public Counts counts() {
        return table.totals();
    }

    /// How many connections are open; a moment old, never negative.
    public long connections() {
        long closed = count(Counter.CLOSED);
        return count(Counter.ACCEPTED) - closed;
    }

    /// How much there is of something in one part of the server, such as a queue.
    ///
    /// @param name the part's, as its threads bear it
    /// @param value a moment old
    public record Level(String name, long value) {}

    /// The connections that each loop has, in the order in which the model made its loops. Empty under models with a thread
    /// for each connection, but for the loop that accepts, which never has any.
    public List<Level> loops() {
        return parts.stream()
                .filter(EventLoop.class::isInstance)
                .map(EventLoop.class::cast)
                .map(loop -> new Level(loop.name(), loop.connections()))
                .toList();
    }

    /// What waits in front of each worker or stage, or is worked on; see [Limits#queueMax]. Empty under models without them.
    public List<Level> queues() {
        return parts.stream()
                .filter(Worker.class::isInstance)
                .map(Worker.class::cast)
                .map(worker -> new Level(worker.name(), worker.load()))
                .toList();
    }

    /// Waits until the server has ended.
    public void await() throws InterruptedException {
        ended.await();
    }

    /// Waits until the server has ended, or the time is over.
    ///
    /// @return false if the time was over first
    public boolean await(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Ends the server without losing a request, and waits until it has: it stops accepting; requests in flight get their
    /// answer, with `Connection: close` where the protocol has such a thing, for as long as [Limits#drainMillis] allows; what
    /// is left then is reset. Connections between two requests get one more answer, for as long as [Limits#drainIdleMillis]
    /// allows; then our side of them is closed, and theirs is waited for, for a second. A second call, from another thread,
    /// waits for the first.
    ///
    /// @return true if no request had to be given up
    public boolean drain() {
        return end(limits().drainMillis(), limits().drainIdleMillis(), Close.LINGER);
    }

    /// True once [#drain], [#close] or [#abort] was called: others should no longer be sent here.
    public boolean isDraining() {
        return ending.get();
    }

    /// Ends the server now: requests in flight are given up.
    public void abort() {
        table.abort();
        parts.forEach(Part::wake);
        parts.forEach(Part::interrupt); // a loop that is stuck in a handler could not even stop accepting
        end(0, 0, Close.NORMAL);
    }

    /// The same as [#drain], but that connections between two requests are closed at once: for programs and tests that have no
    /// clients left, or none that mind.
    @Override
    public void close() {
        end(limits().drainMillis(), 0, Close.NORMAL);
    }

    private boolean end(int patienceMillis, int patienceIdleMillis, Close idle) {
        if (!ending.compareAndSet(false, true)) {
            awaitUninterruptibly();
            return true;
        }
        long begun = System.nanoTime();
        long deadline = begun + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        long deadlineIdle = Math.min(deadline, begun + TimeUnit.MILLISECONDS.toNanos(patienceIdleMillis));
        boolean interrupted = Thread.interrupted();
        boolean drained = false;
        boolean over = false;
        try {
            for (Part part : parts) {
                part.stopAccepting(Math.max(ABORT_NANOS, deadline - System.nanoTime()));
            }
            table.drain();
            parts.forEach(Part::wake);
            joinConnections(deadlineIdle);
            table.closeIdle(idle);
            parts.forEach(Part::wake);
            drained = joinConnections(deadline);
            if (!drained) {
                table.abort();
                parts.forEach(Part::wake);
                parts.forEach(Part::interrupt);
            }
            parts.forEach(Part::stop);
            over = joinAll(System.nanoTime() + ABORT_NANOS);
        } catch (InterruptedException impatient) {
            interrupted = true;
            table.abort();
            parts.forEach(Part::wake);
            parts.forEach(Part::stop);
        }
        free(over);
        ended.countDown();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return drained;
    }

    /// Waits until the last connection is closed.
    private boolean joinConnections(long deadline) throws InterruptedException {
        while (connections() > 0 && !table.isAborting()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(left, 5_000_000));
        }
        return !table.isAborting();
    }

    private boolean joinAll(long deadline) throws InterruptedException {
        boolean all = true;
        for (Part part : parts) {
            all &= part.join(deadline - System.nanoTime());
        }
        return all;
    }

    /// @param over false if a thread is stuck in somebody's code: what it could still touch is not freed then
    private void free(boolean over) {
        listeners.forEach(Listener::close);
        if (over) {
            parts.forEach(Part::close);
            closeAll(resources);
            arena.close();
        } else {
            LOG.log(System.Logger.Level.WARNING, "a thread did not end: it is stuck in a handler; its memory is kept");
        }
    }

    static void closeAll(Deque<AutoCloseable> resources) {
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception failure) {
                LOG.log(System.Logger.Level.WARNING, "something could not be freed", failure);
            }
        }
    }

    private void awaitUninterruptibly() {
        boolean interrupted = false;
        while (true) {
            try {
                ended.await();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
