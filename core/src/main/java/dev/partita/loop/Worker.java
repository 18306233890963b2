package dev.partita.loop;

import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.Inbox;
import dev.partita.limits.Failures;
import dev.partita.limits.Refusal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;

/// A bounded message queue and the threads that serve it: AMPED's worker has one thread, a stage of SEDA's has several.
///
/// Nothing is allocated per message, and a wake-up (the dear part: about 20 µs across cores) is spent only on a thread that
/// sleeps.
public final class Worker implements Inbox, Part {
    private static final VarHandle LOAD;

    static {
        try {
            LOAD = MethodHandles.lookup().findVarHandle(Worker.class, "load", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final String name;
    private final Consumer<Connection> work;
    private final Consumer<Connection> giveAway;
    private final MpmcVarHandleArrayQueue<Connection> queue;
    private final QueueDelay delay;
    private final List<Hand> hands = new ArrayList<>();
    private volatile boolean stopping;
    /// Counted, and not put together from the queue and from who is busy: in between the two a worker that is about to begin
    /// something long would look idle.
    @SuppressWarnings("unused") // by way of LOAD
    private volatile int load;

    /// @param table whose connections come here
    /// @param work what a thread does with each
    /// @param giveAway passes the connection on afterwards, when it no longer counts as this worker's load: whoever gets it
    ///     may look for an idle worker at once. If it throws, it has not passed it on: the connection goes home to be closed
    public Worker(
            String name,
            int threads,
            ConnectionTable table,
            Consumer<Connection> work,
            Consumer<Connection> giveAway) {
        this.name = name;
        this.work = work;
        this.giveAway = giveAway;
        queue = new MpmcVarHandleArrayQueue<>(Math.max(2, table.limits().queueMax()));
        delay = new QueueDelay(table.limits(), System.nanoTime());
        for (int i = 0; i < threads; i++) {
            hands.add(new Hand(threads == 1 ? name : name + "-" + i, table));
        }
    }

    /// Its name, as its threads bear it.
    public String name() {
        return name;
    }

    @Override
    public boolean enqueue(Connection connection) {
        LOAD.getAndAdd(this, 1);
        if (delay.isOn() || connection.isObserved()) {
            connection.queued(System.nanoTime());
        }
        if (!queue.offer(connection)) {
            LOAD.getAndAdd(this, -1);
            return false;
        }
        VarHandle.fullFence(); // the offer before the looks below: a thread that goes to sleep looks the other way round
        for (int i = 0; i < hands.size(); i++) {
            if (hands.get(i).wakeIfAsleep()) {
                break;
            }
        }
        return true;
    }

    /// How many connections wait here or are worked on. From any thread; a moment old.
    public int load() {
        return load;
    }

    @Override
    public void start() {
        hands.forEach(hand -> hand.thread.start());
    }

    @Override
    public void wake() {
        // Nothing here depends on the table's state: what is in the queue is done, then the loop decides.
    }

    @Override
    public void stop() {
        stopping = true;
        hands.forEach(hand -> LockSupport.unpark(hand.thread));
    }

    @Override
    public void everySecond() {
        hands.forEach(hand -> hand.look());
    }

    @Override
    public void interrupt() {
        hands.forEach(hand -> hand.thread.interrupt());
    }

    @Override
    public boolean join(long timeoutNanos) throws InterruptedException {
        return Joining.join(hands.stream().map(hand -> hand.thread).toList(), timeoutNanos);
    }

    /// One of the threads.
    private final class Hand implements Runnable {
        private static final VarHandle ASLEEP;
        private static final VarHandle TAKEN;

        static {
            try {
                ASLEEP = MethodHandles.lookup().findVarHandle(Hand.class, "asleep", boolean.class);
                TAKEN = MethodHandles.lookup().findVarHandle(Hand.class, "taken", long.class);
            } catch (ReflectiveOperationException impossible) {
                throw new ExceptionInInitializerError(impossible);
            }
        }

        private final Thread thread;
        private final Watchdog watchdog;
        private volatile boolean asleep;
        /// How many connections it has taken from the queue.
        private long taken;
        /// When it took the present one, if it is of interest how long its work takes; otherwise 0.
        private long takenAt;
        /// Found the queue empty since.
        private boolean rested;

        Hand(String name, ConnectionTable table) {
            thread = Thread.ofPlatform().name(name).unstarted(this);
            watchdog = new Watchdog(thread, table);
        }

        @Override
        public void run() {
            while (true) {
                Connection next = queue.poll();
                if (next != null) {
                    serve(next);
                } else if (stopping) {
                    return;
                } else {
                    rest();
                }
            }
        }

        private void rest() {
            if (takenAt != 0) {
                measure(System.nanoTime());
                takenAt = 0;
            }
            rested = true;
            sleep();
        }

        private void serve(Connection connection) {
            TAKEN.setOpaque(this, taken + 1);
            try {
                if (!isShed(connection)) {
                    work.accept(connection);
                }
            } catch (Throwable bug) {
                onBug(connection, bug);
            }
            LOAD.getAndAdd(Worker.this, -1);
            try {
                giveAway.accept(connection);
            } catch (Throwable bug) {
                onBug(connection, bug);
                connection.goHome(); // nobody else would close it
            }
        }

        private boolean isShed(Connection connection) {
            if (!delay.isOn()) {
                return false;
            }
            if (rested) {
                rested = false;
                delay.empty(connection.queuedAt()); // until then
            }
            long now = System.nanoTime();
            measure(now);
            takenAt = now;
            delay.taken(now);
            if (delay.isTooLate(connection.queuedAt(), now) && connection.refuse(Refusal.QUEUE_SLOW)) {
                takenAt = 0; // that was not its work
                return true;
            }
            return false;
        }

        /// The end of one is the beginning of the next.
        private void measure(long now) {
            if (takenAt != 0) {
                delay.served(now - takenAt);
            }
        }

        /// Neither work nor giving away throws, so this is a mistake of ours or of a model's author, or a session that could not say
        /// its stage. It costs one connection. The thread has to live on: its queue has no other.
        private void onBug(Connection connection, Throwable bug) {
            Failures.log(thread.getName(), "serving a connection failed; it is closed", bug);
            connection.failed();
        }

        private void sleep() {
            asleep = true;
            if (queue.isEmpty() && !stopping) {
                LockSupport.park(Worker.this); // may return early: then the queue is looked at once more than needed
                Thread.interrupted(); // a handler's timeout that came late would end every further park at once
            }
            asleep = false;
        }

        void look() {
            watchdog.look((long) TAKEN.getOpaque(this), asleep);
        }

        boolean wakeIfAsleep() {
            if (asleep && ASLEEP.compareAndSet(this, true, false)) {
                LockSupport.unpark(thread);
                return true;
            }
            return false;
        }
    }
}
