package dev.partita.loop;

import dev.partita.connection.BufferPool;
import dev.partita.connection.Close;
import dev.partita.connection.Connection;
import dev.partita.connection.ConnectionTable;
import dev.partita.connection.IdleSessions;
import dev.partita.connection.Inbox;
import dev.partita.connection.Place;
import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Failures;
import dev.partita.limits.Refusal;
import dev.partita.transport.AcceptPolicy;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.Listener;
import dev.partita.transport.Poller;
import dev.partita.transport.Wire;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;

/// One thread that asks its poller which connections can go on, and gives each of them its turn. What a turn is, is the
/// model's business.
///
/// A loop is the home of the connections that were placed with it: what comes from other threads, be it a connection that
/// another loop accepted, one that a worker has finished with, or one that was resumed, comes through its inbox, which has
/// room for all of them.
public final class EventLoop implements Inbox, AcceptPolicy, Part, Runnable {
    private static final System.Logger LOG = System.getLogger("dev.partita");
    private static final VarHandle SLEEPING;
    /// Between two looks at all connections, for their deadlines.
    private static final long SWEEP_NANOS = 1_000_000_000L;
    /// Until a loop whose connections all wait for room in a queue looks again. What a worker gives back wakes it earlier; this
    /// is for room that another loop's connection has left.
    private static final long STALL_NANOS = 1_000_000L;
    /// How long a loop pauses after a round that failed: what fails in every round must not take a processor.
    private static final long BROKEN_ROUND_NANOS = 10_000_000L;
    /// So many rounds may fail once nobody is waited for any longer: a loop that cannot end otherwise ends then.
    private static final int BROKEN_ROUNDS_MAX = 10;
    /// At least so long after each other it is said that a round failed.
    private static final long SAY_AGAIN_NANOS = 1_000_000_000L;

    static {
        try {
            SLEEPING = MethodHandles.lookup().findVarHandle(EventLoop.class, "sleeping", boolean.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final String name;
    private final Poller poller;
    private final ConnectionTable table;
    private final BufferPool pool;
    private final IdleSessions sessions = new IdleSessions();
    private final Counters counters;
    private final Runnable beforeFirstTurn;
    private final Turn turn;
    private final int turnStepsMax;
    private final boolean observed;
    private final Thread thread;

    // Any thread's.
    private final MpscVarHandleArrayQueue<Connection> inbox;
    private final CountDownLatch stoppedAccepting = new CountDownLatch(1);
    private volatile boolean sleeping;
    private volatile boolean stopAccepting;
    private volatile boolean woken;

    // The loop's own.
    /// Connections that used up their turn, in the order in which they go on: a ring as large as the table.
    private final Connection[] again;
    private int againFirst;
    private int againCount;
    /// How many of them go on only when another thread's queue has room.
    private int stalled;
    private boolean accepts;
    private @Nullable Schedule schedule;
    private long sweptAt;
    /// When the last poll returned; only while somebody observes the requests.
    private long polledAt;
    /// How many more rounds may fail once the server has been aborted.
    private int triesLeft = BROKEN_ROUNDS_MAX;
    /// When it was last said that a round failed, see [System#nanoTime].
    private long brokenSaidAt = System.nanoTime() - SAY_AGAIN_NANOS;

    // The background thread's.
    private final Watchdog watchdog;

    /// @param connectionsMax how many connections may live here, and wait in the inbox, at a time
    /// @param turn makes the model's turn for this loop
    /// @param beforeFirstTurn runs on the loop's thread when it starts: pinning, for example
    public EventLoop(
            String name,
            Poller poller,
            ConnectionTable table,
            int connectionsMax,
            BufferPool pool,
            Counters counters,
            Runnable beforeFirstTurn,
            Function<EventLoop, Turn> turn) {
        this.name = name;
        this.poller = poller;
        this.table = table;
        this.pool = pool;
        this.counters = counters;
        this.beforeFirstTurn = beforeFirstTurn;
        turnStepsMax = table.limits().turnStepsMax();
        observed = table.isObserved();
        inbox = new MpscVarHandleArrayQueue<>(Math.max(2, connectionsMax));
        again = new Connection[connectionsMax];
        thread = Thread.ofPlatform().name(name).unstarted(this);
        watchdog = new Watchdog(thread, table);
        this.turn = turn.apply(this);
    }

    // For models.

    /// How this loop's connections read, write, wait and close.
    public Wire wire() {
        return poller;
    }

    /// Gives the loop something to do by the clock. Before [#start].
    public void schedule(Schedule schedule) {
        this.schedule = schedule;
    }

    /// Opens a connection of our own, which lives here. Its session is asked for its [next][dev.partita.connection.Session#next]
    /// step once the connection is established; if it cannot be, the session only hears of its
    /// [end][dev.partita.connection.Session#reset]. By the loop's [Schedule].
    ///
    /// @param slot [reserved][ConnectionTable#reserve]; free again if opening has failed
    public Connecting connect(Connection slot, Destination destination) {
        place(slot);
        Connecting outcome = poller.connect(slot, destination);
        if (outcome == Connecting.ESTABLISHED) {
            turn(slot);
        } else if (outcome == Connecting.UNDER_WAY) {
            slot.connecting();
        } else {
            slot.closing(Close.ABORT);
            slot.close();
        }
        return outcome;
    }

    /// Starts accepting from `listener` when the loop runs. Before [#start].
    ///
    /// @param policy where new connections live; the loop itself is one such place
    public void listen(Listener listener, AcceptPolicy policy) throws IOException {
        poller.listen(listener, policy);
        accepts = true;
    }

    /// Places a connection with this loop. From the thread that accepted it.
    @Override
    public void place(Connection connection) {
        connection.begin(this, pool, sessions, counters);
    }

    /// Gives the work that the connection needs to another thread, or refuses it if that has no room. The socket stays here, so
    /// work that takes too long can be answered for. The loop's thread.
    ///
    /// The other thread calls [Connection#work] and then [Connection#goHome].
    ///
    /// @return as [Turn#advance]
    public boolean lend(Connection connection, Inbox to) {
        return give(connection, to, Place.LENT);
    }

    /// Gives the connection with its socket to another thread, for the work that it needs, or refuses that work if that
    /// thread has no room. The loop's thread.
    ///
    /// The other thread may also send, and in the end calls [Connection#goHome].
    ///
    /// @return as [Turn#advance]
    public boolean entrust(Connection connection, Inbox to) {
        return give(connection, to, Place.ENTRUSTED);
    }

    private boolean give(Connection connection, Inbox to, Place place) {
        if (!counters.isShared()) {
            throw new IllegalStateException("a loop that lends has to share its counters: see Wiring.lendingLoop");
        }
        if (!connection.prepare()) {
            return true;
        }
        poller.lend(connection);
        connection.leave(place);
        if (to.enqueue(connection)) {
            counters.increment(Counter.HAND_OVERS);
            return false;
        }
        connection.place(Place.HOME);
        poller.reclaim(connection);
        if (connection.refuse(Refusal.QUEUE_FULL)) {
            return true;
        }
        if (connection.isLate()) {
            connection.expire();
            return true;
        }
        stalled++;
        return again(connection);
    }

    /// Ends the loop's wait each time that somebody writes to this eventfd (`eventfd(2)`), which the loop never reads nor
    /// writes: another process may have it. Until [#unwatch]. The loop's thread.
    ///
    /// @return false if that cannot be
    public boolean watch(int eventfd) {
        return poller.watch(eventfd);
    }

    /// Ends that, before the descriptor is closed: closing it alone need not. The loop's thread, or another when the loop has
    /// ended.
    public void unwatch(int eventfd) {
        poller.unwatch(eventfd);
    }

    /// True once nobody is waited for any longer.
    public boolean isAborting() {
        return table.isAborting();
    }

    /// Lets the connection go on in the next turn. The loop's thread.
    ///
    /// @return false, as [Turn#advance] for a connection that does not go on now
    public boolean again(Connection connection) {
        connection.place(Place.QUEUED);
        int last = againFirst + againCount++;
        again[last < again.length ? last : last - again.length] = connection;
        return false;
    }

    /// The accept policy that places each connection with the loop that has the fewest.
    public static AcceptPolicy withFewest(List<EventLoop> loops) {
        return connection -> {
            EventLoop fewest = loops.getFirst();
            for (EventLoop loop : loops) {
                fewest = loop.connections() < fewest.connections() ? loop : fewest;
            }
            fewest.place(connection);
        };
    }

    /// Its name, as its thread bears it.
    public String name() {
        return name;
    }

    /// How many connections live here. From any thread; a moment old.
    public long connections() {
        long closed = counters.get(Counter.CLOSED);
        return counters.get(Counter.ACCEPTED) - closed;
    }

    /// What this loop counts.
    public Counters counters() {
        return counters;
    }

    /// From any thread: the connection's next turn is here.
    @Override
    public boolean enqueue(Connection connection) {
        if (!inbox.offer(connection)) {
            return false;
        }
        wakeIfAsleep();
        return true;
    }

    // Its life.

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public void stopAccepting() {
        if (accepts) {
            stopAccepting = true;
            wake();
        }
    }

    @Override
    public void awaitStopped(long timeoutNanos) throws InterruptedException {
        if (stopAccepting && !stoppedAccepting.await(timeoutNanos, TimeUnit.NANOSECONDS)) {
            LOG.log(System.Logger.Level.WARNING, "{0} did not stop accepting in time: its thread is busy", name);
        }
    }

    @Override
    public void wake() {
        woken = true;
        wakeIfAsleep();
    }

    @Override
    public void everySecond() {
        watchdog.look(counters.get(Counter.POLLS), sleeping);
    }

    @Override
    public void interrupt() {
        thread.interrupt();
    }

    @Override
    public boolean join(long timeoutNanos) throws InterruptedException {
        return Joining.join(thread, timeoutNanos);
    }

    @Override
    public void close() {
        poller.close();
    }

    // The hot path, in the order in which it runs.

    @Override
    public void run() {
        try {
            beforeFirstTurn.run();
            sweptAt = table.now();
            while (!isDone() && triesLeft > 0) {
                try {
                    round();
                } catch (Throwable bug) {
                    onBrokenRound(bug);
                }
            }
        } finally {
            poller.close();
        }
    }

    private void round() {
        // Asked before the poll: what was sent before the server was told to end is known when it is acted upon.
        boolean told = woken;
        poll();
        if (observed) {
            polledAt = System.nanoTime();
        }
        if (told) {
            onWoken();
        }
        for (Connection c = inbox.poll(); c != null; c = inbox.poll()) {
            arrive(c);
        }
        for (Connection c = poller.take(); c != null; c = poller.take()) {
            ready(c);
        }
        if (told && table.isDraining() || table.now() - sweptAt >= SWEEP_NANOS) {
            sweep();
        }
        stalled = 0;
        for (int rest = againCount; rest > 0; rest--) {
            turn(nextAgain());
        }
    }

    private void poll() {
        long dueNanos = due();
        if (againCount != stalled) {
            poller.poll(0);
        } else {
            sleeping = true; // before the looks below: who comes after them sees it and wakes us
            boolean idle = inbox.isEmpty() && !woken;
            poller.poll(!idle ? 0 : Math.min(dueNanos, stalled == 0 ? SWEEP_NANOS : STALL_NANOS));
            sleeping = false;
        }
    }

    /// How long the loop's schedule lets it wait. One that fails does not keep the loop from its connections.
    private long due() {
        Schedule present = schedule;
        if (present == null) {
            return Schedule.NEVER;
        }
        try {
            return present.run();
        } catch (Throwable bug) {
            onBrokenRound(bug);
            return 0;
        }
    }

    private void arrive(Connection c) {
        try {
            switch (c.place()) {
                case FRESH -> poller.adopt(c);
                case LENT, ENTRUSTED -> poller.reclaim(c);
                case WAITING, HOME, QUEUED, CONNECTING -> {}
            }
        } catch (Throwable bug) {
            onBug(c, bug);
            return;
        }
        turn(c);
    }

    private void ready(Connection c) {
        if (c.place() == Place.FRESH) {
            try {
                if (c.home() != this) {
                    passOn(c);
                    return;
                }
                poller.adopt(c);
            } catch (Throwable bug) {
                onBug(c, bug);
                return;
            }
        }
        turn(c);
    }

    /// Gives a connection that lives here and is at home its turn. By the loop's thread.
    public void turn(Connection c) {
        if (observed) {
            c.onTurn(polledAt);
        }
        c.place(Place.HOME);
        try {
            for (int steps = turnStepsMax; steps > 0 && !c.hadItsShare(); steps--) {
                if (!turn.advance(c)) {
                    return;
                }
            }
            counters.increment(Counter.YIELDS);
            again(c);
        } catch (Throwable bug) {
            onBug(c, bug);
        }
    }

    private Connection nextAgain() {
        Connection first = again[againFirst];
        againFirst = againFirst + 1 < again.length ? againFirst + 1 : 0;
        againCount--;
        return first;
    }

    // The cold path.

    private void wakeIfAsleep() {
        if (sleeping && SLEEPING.compareAndSet(this, true, false)) {
            poller.wakeup();
        }
    }

    /// A connection that this loop has accepted for another home.
    private void passOn(Connection c) {
        counters.increment(Counter.HAND_OVERS);
        if (!c.home().enqueue(c)) {
            // No thread could be started for it, say.
            c.closing(Close.ABORT);
            c.close();
        }
    }

    /// The catch-all of a turn, and of what comes right before it: models, wires and pollers do not throw, so this is a mistake of
    /// ours (or of the author of a model), or a lack of memory. It costs one connection and is said aloud; the others go on.
    private void onBug(Connection c, Throwable bug) {
        counters.increment(Counter.FAILURES);
        Failures.log(name, "a turn failed; its connection is closed", bug);
        try {
            c.closing(Close.ABORT);
            c.close();
        } catch (Throwable another) {
            Failures.log(name, "a connection could not be closed; its slot is lost", another);
        }
    }

    /// The catch-all of what is nobody's turn: a poll, a [Schedule], a look at all connections. The loop goes on, because all of
    /// its connections depend on it, and so does the listener.
    private void onBrokenRound(Throwable bug) {
        counters.increment(Counter.FAILURES);
        long now = System.nanoTime();
        if (now - brokenSaidAt >= SAY_AGAIN_NANOS) {
            brokenSaidAt = now;
            Failures.log(name, "a round failed; the loop goes on", bug);
        }
        if (table.isAborting()) {
            triesLeft--;
        }
        sleeping = false;
        woken = true; // what it was told may not have been done
        LockSupport.parkNanos(this, BROKEN_ROUND_NANOS);
        Thread.interrupted(); // or the next park would end at once
    }

    private void onWoken() {
        woken = false;
        if (stopAccepting && accepts) {
            accepts = false;
            try {
                poller.stopListening();
            } finally {
                stoppedAccepting.countDown();
            }
        } else if (accepts) {
            poller.accepting(true);
        }
    }

    /// Gives a turn to the connections whose deadline has passed, to those that listen while they wait, and while the server
    /// ends to those that should end.
    private void sweep() {
        sweptAt = table.now();
        for (int slot = 0; slot < table.size(); slot++) {
            Connection c = table.at(slot);
            if (c.isAt(this)) {
                try {
                    look(c);
                } catch (Throwable bug) {
                    onBrokenLook(c, bug);
                }
            }
        }
    }

    private void look(Connection c) {
        if (c.isLate() || c.isToEnd() || c.isListening()) {
            switch (c.place()) {
                case HOME, CONNECTING -> end(c);
                case WAITING -> {
                    if (c.stopAwaiting()) {
                        end(c);
                    }
                }
                case LENT, ENTRUSTED -> c.abandon(); // all that can be done while somebody else's code has it
                case FRESH, QUEUED -> {} // has its turn anyway
            }
        }
    }

    /// It costs this connection, if it is here, and no other one its deadline.
    private void onBrokenLook(Connection c, Throwable bug) {
        if (c.place() == Place.HOME) {
            onBug(c, bug);
        } else {
            counters.increment(Counter.FAILURES);
            Failures.log(name, "a look at a connection failed", bug);
        }
    }

    private void end(Connection c) {
        if (c.isLate()) {
            c.expire();
        }
        turn(c);
    }

    /// Also after an abort the loop stays for those that are lent: nobody else would close them.
    private boolean isDone() {
        return table.isDraining() && !accepts && connections() == 0;
    }
}
