package dev.partita.server;

import dev.partita.connection.Close;
import dev.partita.connection.ConnectionTable;
import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.limits.Limits;
import dev.partita.loop.Attendant;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Part;
import dev.partita.loop.Worker;
import dev.partita.transport.Listener;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import java.lang.foreign.Arena;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/// A server that runs on threads of this process.
final class RunningThreads implements Running {
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
    private volatile boolean accepting = true;
    /// What the end has come to, once it is over: no request was given up.
    private volatile boolean drained;

    private RunningThreads(
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

    static RunningThreads start(
            ServerModel model,
            Transport transport,
            ConnectionTable table,
            List<Part> parts,
            List<Listener> listeners,
            Deque<AutoCloseable> resources,
            Arena arena) {
        var running = new RunningThreads(model, transport, table, parts, listeners, resources, arena);
        table.whenRoom(() -> running.parts.forEach(Part::wake));
        running.parts.forEach(Part::start);
        return running;
    }

    @Override
    public ServerModel model() {
        return model;
    }

    @Override
    public Transport transport() {
        return transport;
    }

    @Override
    public Limits limits() {
        return table.limits();
    }

    @Override
    public List<SocketAddress> addresses() {
        return listeners.stream().map(Listener::address).distinct().toList();
    }

    @Override
    public List<SocketOptions.Outcome> socketOptions() {
        return listeners.getFirst().outcomes();
    }

    @Override
    public long count(Counter counter) {
        return table.total(counter);
    }

    @Override
    public Counts counts() {
        return table.totals();
    }

    @Override
    public List<Level> loops() {
        return levels(EventLoop.class, loop -> new Level(loop.name(), loop.connections()));
    }

    @Override
    public List<Level> queues() {
        return levels(Worker.class, worker -> new Level(worker.name(), worker.load()));
    }

    private <P> List<Level> levels(Class<P> kind, Function<P, Level> level) {
        return parts.stream().filter(kind::isInstance).map(kind::cast).map(level).toList();
    }

    @Override
    public void await() throws InterruptedException {
        ended.await();
    }

    @Override
    public boolean await(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean drain() {
        return end(limits().drainMillis(), limits().drainIdleMillis(), Close.LINGER);
    }

    @Override
    public boolean isDraining() {
        return ending.get();
    }

    @Override
    public boolean isAccepting() {
        return accepting;
    }

    @Override
    public void abort() {
        table.abort();
        parts.forEach(Part::wake);
        parts.forEach(Part::interrupt); // a loop that is stuck in a handler could not even stop accepting
        end(0, 0, Close.NORMAL);
    }

    @Override
    public void close() {
        end(limits().drainMillis(), 0, Close.NORMAL);
    }

    private boolean end(int patienceMillis, int patienceIdleMillis, Close idle) {
        if (!ending.compareAndSet(false, true)) {
            Attendant.awaitUninterruptibly(ended);
            return drained;
        }
        long begun = System.nanoTime();
        long deadline = begun + TimeUnit.MILLISECONDS.toNanos(patienceMillis);
        long deadlineIdle = Math.min(deadline, begun + TimeUnit.MILLISECONDS.toNanos(patienceIdleMillis));
        boolean interrupted = Thread.interrupted();
        parts.forEach(Part::stopAccepting);
        try {
            for (Part part : parts) {
                part.awaitStopped(Math.max(ABORT_NANOS, deadline - System.nanoTime()));
            }
            accepting = false;
            table.drain();
            parts.forEach(Part::wake);
            joinConnections(deadlineIdle);
            table.closeIdle(idle);
            parts.forEach(Part::wake);
            drained = joinConnections(deadline);
        } catch (InterruptedException impatient) {
            interrupted = true;
        }
        accepting = false;
        if (!drained) {
            table.abort();
            parts.forEach(Part::wake);
            parts.forEach(Part::interrupt);
        }
        parts.forEach(Part::stop);
        long deadlineThreads = System.nanoTime() + ABORT_NANOS;
        boolean over = false;
        boolean joined = false;
        while (!joined) {
            try {
                over = joinAll(deadlineThreads);
                joined = true;
            } catch (InterruptedException impatient) {
                interrupted = true;
            }
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
        for (Part part : parts.reversed()) { // who accepts before those who get what was accepted
            all &= part.join(deadline - System.nanoTime());
        }
        return all;
    }

    /// @param over false if a thread is stuck in somebody's code: what it could still touch is not freed then
    private void free(boolean over) {
        listeners.forEach(Listener::close);
        if (over) {
            table.endUnseen();
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
}
