package dev.partita.loop;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Inbox;
import dev.partita.connection.Place;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Failures;
import dev.partita.transport.AcceptPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// A thread for each connection, from its beginning to its end: the home of connections that are served in lock step.
public final class ConnectionThreads implements Inbox, AcceptPolicy, Part {
    private static final long SAY_AGAIN_NANOS = 1_000_000_000L;

    private final ConnectionTable table;
    private final BufferPool pool;
    private final Counters counters;
    private final Thread.Builder builder;
    private final Consumer<Connection> converse;
    private final Runnable wakeWaiting;
    private final AtomicReferenceArray<Thread> threads;
    /// When it was last said that there is no thread, see [System#nanoTime].
    private final AtomicLong saidAt = new AtomicLong(System.nanoTime() - SAY_AGAIN_NANOS);

    /// @param pool shared, like `counters`
    /// @param platform true for threads of the system, false for virtual ones
    /// @param converse the whole conversation; when it returns the connection is closed
    /// @param wakeWaiting ends every wait for a socket
    public ConnectionThreads(
            String name,
            boolean platform,
            ConnectionTable table,
            BufferPool pool,
            Counters counters,
            Consumer<Connection> converse,
            Runnable wakeWaiting) {
        this.table = table;
        this.pool = pool;
        this.counters = counters;
        this.converse = converse;
        this.wakeWaiting = wakeWaiting;
        builder = platform ? Thread.ofPlatform().name(name + "-", 0) : Thread.ofVirtual().name(name + "-", 0);
        threads = new AtomicReferenceArray<>(table.size());
    }

    @Override
    public void place(Connection connection) {
        connection.begin(this, pool, counters);
    }

    /// Starts the connection's thread.
    ///
    /// @return false if the system has no further thread
    @Override
    public boolean enqueue(Connection connection) {
        connection.place(Place.HOME);
        try {
            Thread thread = builder.unstarted(() -> run(connection));
            threads.set(connection.slot(), thread);
            thread.start();
            return true;
        } catch (OutOfMemoryError noThread) {
            // "unable to create native thread": a limit of the system's on threads, not a lack of heap
            sayThatThereIsNoThread(noThread);
            threads.set(connection.slot(), null);
            return false;
        }
    }

    /// Wakes the connection's thread and never starts one: who wakes it may be late, and the slot another connection's by now,
    /// whose thread then looks once more than needed.
    @Override
    public void wake(Connection connection) {
        LockSupport.unpark(threads.get(connection.slot()));
    }

    @Override
    public void start() {
        // Threads come with connections.
    }

    @Override
    public void wake() {
        if (table.isDraining()) {
            wakeWaiting.run();
            running().forEach(LockSupport::unpark);
        }
    }

    /// Wakes the threads of connections whose deadline has passed or that listen while they wait. One that is busy with its work
    /// cannot be woken: then the peer is told that nothing will come.
    @Override
    public void everySecond() {
        for (int slot = 0; slot < table.size(); slot++) {
            Connection connection = table.at(slot);
            if (connection.isAt(this) && (connection.isLate() || connection.isListening())) {
                Thread thread = threads.get(slot);
                if (connection.place() != Place.WAITING && connection.abandonIfLate()) {
                    Watchdog.say(thread, table);
                }
                LockSupport.unpark(thread);
            }
        }
    }

    @Override
    public void interrupt() {
        running().forEach(Thread::interrupt);
    }

    @Override
    public boolean join(long timeoutNanos) throws InterruptedException {
        return Joining.join(running(), timeoutNanos);
    }

    private void run(Connection connection) {
        try {
            connection.onWake();
            converse.accept(connection);
        } catch (Throwable bug) {
            // Models and wires do not throw, so this is a mistake of ours or of a model's author. It costs one connection.
            counters.increment(Counter.FAILURES);
            Failures.log("a conversation failed; its connection is closed", bug);
            try {
                connection.closing(Close.ABORT);
                connection.close();
            } catch (Throwable another) {
                Failures.log("a connection could not be closed; its slot is lost", another);
            }
        }
    }

    /// At most once a second: whoever comes while there is none gets none.
    private void sayThatThereIsNoThread(OutOfMemoryError noThread) {
        long now = System.nanoTime();
        long said = saidAt.get();
        if (now - said >= SAY_AGAIN_NANOS && saidAt.compareAndSet(said, now)) {
            Failures.log(
                    "no thread for a connection, which is reset; raise the limit on threads (ulimit -u, or the cgroup's"
                            + " pids.max), or lower --workers",
                    noThread);
        }
    }

    private List<Thread> running() {
        List<Thread> running = new ArrayList<>();
        for (int slot = 0; slot < threads.length(); slot++) {
            Thread thread = threads.get(slot);
            if (thread != null && thread.isAlive()) {
                running.add(thread);
            }
        }
        return running;
    }
}
