package dev.partita.connection;

import dev.partita.limits.Counter;
import dev.partita.limits.Counters;
import dev.partita.limits.Deadline;
import dev.partita.limits.Failures;
import dev.partita.limits.Limits;
import dev.partita.limits.Phase;
import dev.partita.limits.Refusal;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// One conversation with one peer: what arrived, what is to be sent, and the [Session] in between. A slot of a
/// [ConnectionTable], used again for one peer after the other.
///
/// It belongs to one thread at a time and changes hands only through an [Inbox]. Only [#resume] may be called by others.
/// Models call [#next], [#work] and [#refuse]; wires call what is below "for wires"; sessions use the rest.
public final class Connection {
    private static final VarHandle PERMIT;
    private static final VarHandle UNDER;
    private static final Inbox NOWHERE = connection -> false;
    private static final Counters UNCOUNTED = Counters.shared();
    /// How long a lingering close waits for a peer that sends nothing, and for one that goes on sending (nginx's
    /// `lingering_timeout` and `lingering_time`).
    private static final long LINGER_NANOS = 5_000_000_000L;
    private static final long LINGER_NANOS_MAX = 30_000_000_000L;
    private static final long LINGER_NANOS_DRAINING = 1_000_000_000L;
    private static final long LINGER_NANOS_MAX_DRAINING = 5_000_000_000L;
    /// Idle waits are so much shorter while somebody waits for a slot.
    private static final int CROWDED_SHARE = 10;
    /// So many times the grace is what a body may be ahead of its rate.
    private static final int BODY_GRACES_AHEAD = 3;
    /// What one connection may send before the others of its loop get their turn: a peer that reads as fast as it is sent to
    /// would otherwise keep the loop for as long as a file is large. Small shares are cheaper, too: what is sent is read by its
    /// peer while it still is in the processor's cache (docs/decisions/0025).
    private static final long SEND_BYTES_PER_TURN = 256 << 10;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    // A permit is a ticket's number and one of these.
    private static final long NOT_GIVEN = 0;
    private static final long GIVEN = 1;
    private static final long AWAITED = 2;
    private static final long STATE = 3;

    static {
        try {
            PERMIT = MethodHandles.lookup().findVarHandle(Connection.class, "permit", long.class);
            UNDER = MethodHandles.lookup().findVarHandle(Connection.class, "under", Deadline.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    // For the slot's life.
    private final ConnectionTable table;
    private final int slot;
    private final Endpoint endpoint;
    private final Buffer inbound = new Buffer();
    private final Outbound outbound = new Outbound();
    /// Null unless somebody observes the server.
    private final @Nullable Timeline timeline;
    /// Null while nothing is to be done here that needs one: see [#session].
    private @Nullable Session session;

    // For one conversation; set by whoever accepted it.
    /// Volatile for the sake of [#isAt]; written before anything else of the conversation.
    private volatile Inbox home = NOWHERE;
    private BufferPool pool = BufferPool.EMPTY;
    /// Those of its home that are between two requests; null if this connection keeps the session that it has.
    private @Nullable IdleSessions sessions;
    private Counters counters = UNCOUNTED;

    // Its owner's.
    private Place place = Place.HOME;
    private boolean ended;
    /// While a drain closes idle connections: the last receive found nothing, so no request is lost if this one ends now.
    private boolean heardOut;
    private boolean broken;
    /// It is within the limit, and counts.
    private boolean admitted;
    /// It is over the limit and has not been told. Looked at only while it counts as broken, which it does from the start.
    private boolean unwelcome;
    /// The work that was named last may block.
    private boolean mayBlock;
    /// The work that was named last is not the session's: it brings a part of a file into memory, which is then sent.
    private boolean loads;
    private boolean hadItsShare;
    /// The WAIT that was named last also ends when the peer does something.
    private boolean listens;
    private boolean lingering;
    private long lingersSince;
    /// The session has let go of this conversation.
    private boolean sessionOver;
    /// What the session that was here has to know, while there is none.
    private long memory;
    /// Whether the late reply may be sent while it is lent.
    private boolean answerableLate;
    private boolean answeredLate;
    private Close how = Close.NORMAL;
    /// What it waits for, and since when, on the table's clock. Its home looks at both while somebody else has the connection,
    /// so `since` is written before `under` and read after it: what it sees is never older than it was.
    private volatile Deadline under = Deadline.IDLE;
    private long since;
    /// Of a body: the bytes that have arrived since, as far as they count. Of work: when it was put into the queue, by [System#nanoTime].
    private long progress;
    /// Null until somebody asks for it.
    private @Nullable SocketAddress peer;

    /// Written by its home, or by whoever looks after a thread of its own, while another thread is busy with its work.
    private volatile boolean abandoned;
    /// Written last when a conversation begins and first when it is over, so that a loop which looks at all slots is not
    /// misled about the ones of other loops: see [#isAt].
    private volatile boolean open;
    /// Any thread's: see [#resume].
    @SuppressWarnings("unused") // by way of PERMIT
    private volatile long permit;

    Connection(ConnectionTable table, int slot, Endpoint endpoint) {
        this.table = table;
        this.slot = slot;
        this.endpoint = endpoint;
        timeline = table.isObserved() ? new Timeline() : null;
        session = table.sessionsMove() ? null : table.protocol().open(this);
    }

    // For models.

    /// What this connection needs next.
    public Step next() {
        if (broken && !isTurnedAway()) {
            return Step.CLOSE;
        }
        if (lingering || abandoned || table.isAborting()) {
            return end();
        }
        try {
            Session here = session();
            Step step = here.next();
            if (timeline != null) {
                timeline.asks(step);
            }
            return switch (step) {
                case READ -> listenIn(Step.READ);
                case WORK, BLOCKING -> {
                    mayBlock = step == Step.BLOCKING;
                    yield under(Deadline.WORK, step);
                }
                case WAIT -> {
                    listens = here.listensWhileWaiting();
                    yield listens ? listenIn(Step.WAIT) : under(Deadline.WORK, Step.WAIT);
                }
                case WRITE -> {
                    loads = isFileCold();
                    yield under(Deadline.WRITE, loads ? Step.BLOCKING : Step.WRITE);
                }
                case CLOSE -> how == Close.LINGER && !ended ? linger() : Step.CLOSE;
            };
        } catch (Throwable failure) {
            return fail(failure);
        }
    }

    /// One pass of the useful work that [#next] has named. May block if it said BLOCKING.
    public void work() {
        if (mayBlock || loads) {
            endpoint.flush(); // a finished reply never waits for somebody else's work
            forgetLateInterrupt();
        }
        if (timeline != null) {
            timeline.workBegins();
        }
        try {
            if (loads) {
                load();
            } else if (!abandoned && prepare()) {
                session().work();
                if (mayBlock && outbound.isCold()) {
                    load(); // at once: this is a pass that may block
                }
            }
        } catch (Throwable failure) {
            fail(failure);
        }
        if (timeline != null) {
            timeline.workEnds();
        }
        // An interrupt that a handler has left behind would hit whoever this thread serves next: the JDK closes the file that
        // an interrupted thread reads, and its selectors no longer wait.
        Thread.interrupted();
    }

    /// A handler's own timeout may come late: that is no reason to give up what begins now. An abort is.
    private void forgetLateInterrupt() {
        if (Thread.interrupted() && table.isAborting()) {
            Thread.currentThread().interrupt();
        }
    }

    /// Says that the work which [#next] has named will not be done.
    ///
    /// @return true if there is an answer that says so: go on with [#next]; false if there is none: nothing has changed
    public boolean refuse(Refusal why) {
        if (loads) {
            return broken; // its reply has begun
        }
        if (timeline != null) {
            timeline.refused();
        }
        try {
            if (!abandoned && prepare() && session().refuse(why)) {
                counters.increment(why == Refusal.QUEUE_SLOW ? Counter.SHED_SLOW : Counter.SHED);
                return true;
            }
            return broken;
        } catch (Throwable failure) {
            fail(failure);
            return true;
        }
    }

    /// The stage that the named work belongs to.
    public int stage() {
        return session().stage();
    }

    /// What its session is in the middle of. By its owner, as the next three.
    public Phase phase() {
        Session present = session;
        return present == null ? Phase.IDLE : present.phase();
    }

    /// Whether the protocol's late reply could be sent now: see [Session#mayReplyLate].
    public boolean mayReplyLate() {
        return session().mayReplyLate();
    }

    /// What another session has to know to go on: see [Session#memory].
    public long memory() {
        Session present = session;
        return present == null ? memory : present.memory();
    }

    /// Lets its session, which is new, go on where another one was: see [Session#recall].
    public void recall(long memory) {
        Session present = session;
        if (present == null) {
            this.memory = memory;
        } else {
            present.recall(memory);
        }
    }

    /// Says that whoever serves this connection has failed, and has said why: the next step is CLOSE. By its owner.
    public void failed() {
        counters.increment(Counter.FAILURES);
        breakOff();
    }

    /// Gives the connection back to its home. By the thread that it was lent to, which does not touch it any more then.
    public void goHome() {
        counters.increment(Counter.HAND_OVERS);
        home.enqueue(this); // never full: it has room for every connection that lives there
    }

    /// Where this connection lives: with its loop, or its own thread.
    public Inbox home() {
        return home;
    }

    /// The session that goes on here: the one that is here, or any idle one of this home's, or a new one.
    private Session session() {
        Session present = session;
        return present == null ? arrive() : present;
    }

    private Session arrive() {
        IdleSessions idle = sessions;
        Session next = idle == null ? null : idle.take();
        if (next == null) {
            next = table.protocol().open(this);
        } else {
            next.moveTo(this);
        }
        if (memory != 0) {
            next.recall(memory);
        }
        session = next;
        return next;
    }

    /// Lets the session go where it is needed, if it is between two requests or as new: what it has to know of this conversation
    /// stays here.
    private void letSessionGo() {
        IdleSessions idle = sessions;
        Session present = session;
        if (idle == null || present == null) {
            return;
        }
        long known = present.memory();
        if (known != Session.STAYS) {
            memory = known;
            session = null;
            idle.give(present);
        }
    }

    // For sessions.

    /// What the peer has said and the session has not yet taken.
    public Buffer inbound() {
        return inbound;
    }

    /// What is to be sent.
    public Outbound outbound() {
        return outbound;
    }

    /// True if inbound is as large as it gets and full: a session that needs more than that has to refuse it.
    public boolean isInboundFull() {
        return inbound.length() >= table.limits().inboundBytesMax();
    }

    /// True if the peer has closed its side: what is in inbound is all there will be. Asking for READ ends the connection
    /// then.
    public boolean hasEnded() {
        return ended;
    }

    /// True once the server is about to end: replies should announce that the connection closes.
    public boolean isDraining() {
        return table.isDraining();
    }

    /// True once a drain has waited long enough for further requests: also a peer that sends one behind the other gets no
    /// further answer.
    public boolean isLastCall() {
        return table.idle() != null;
    }

    /// Chooses how the connection ends when it does. [Close#NORMAL] unless somebody says otherwise.
    public void closing(Close how) {
        this.how = how;
    }

    /// Who is at the other end: an [java.net.InetSocketAddress] or a [java.net.UnixDomainSocketAddress], which has the empty
    /// path if the peer has no name. The system is asked once for each connection, by the first who wants to know.
    ///
    /// @return null if the connection was gone before anybody asked
    public @Nullable SocketAddress peer() {
        if (peer == null) {
            peer = endpoint.peer();
        }
        return peer;
    }

    /// Says on whose behalf the peer speaks, when it is a proxy and has said so.
    public void peer(SocketAddress client) {
        peer = client;
    }

    /// True if somebody observes the server: then a session says when a request is over, by [#replied].
    public boolean isObserved() {
        return timeline != null;
    }

    /// Says that another request begins, whose time is its own: that of requests which were sent together must not add up.
    public void requestBegins() {
        progress = 0;
        since = table.now();
    }

    /// Says that the present request is over, and tells the server's [RequestObserver]: its reply has been sent, or stands in
    /// outbound and will leave together with the next one; or it has been given up. Costs nothing unless observed.
    ///
    /// @param whole false if it was given up
    /// @return where its time has gone, valid until the next step; null if nobody observes
    public @Nullable Timeline replied(boolean whole) {
        Timeline times = timeline;
        if (times != null) {
            if (answeredLate) {
                times.replied(table.protocol().lateReply().length, true);
            } else {
                times.replied(whole ? outbound.bytes().length() : 0, whole);
            }
            RequestObserver observer = table.observer();
            if (observer != null) {
                observer.onReply(this, times);
            }
        }
        return times;
    }

    /// True if the present request was given up and the protocol's late reply was its answer.
    public boolean isAnsweredLate() {
        return answeredLate;
    }

    /// The bounds that this server was started with.
    public Limits limits() {
        return table.limits();
    }

    /// Where this connection's events are counted.
    public Counters counters() {
        return counters;
    }

    /// The sum of a counter over all connections of the server, a moment old.
    public long total(Counter counter) {
        return table.total(counter);
    }

    /// Opens a folder for serving by the means of the transport in use. May block. The caller closes it.
    ///
    /// @throws IOException if `root` is not a readable folder
    public FileTree files(Path root, Symlinks symlinks) throws IOException {
        return table.files().tree(root, symlinks);
    }

    /// The same folder, opened when the server is first asked for it, and closed when the server ends: never by the caller.
    /// May block.
    ///
    /// @throws IOException if `root` is not a readable folder
    public FileTree sharedFiles(Path root, Symlinks symlinks) throws IOException {
        return table.sharedFiles(root, symlinks);
    }

    /// The server's clock: [System#nanoTime] as it was at most a quarter of a second ago.
    public long nowNanos() {
        return table.now();
    }

    /// Begins a wait: the returned ticket, passed to [#resume] by whoever completes the work, ends it. A session takes the
    /// ticket before it gives the work away and then names WAIT. The ticket before it is void.
    public long ticket() {
        long ticket = (permit >>> 2) + 1;
        permit = ticket << 2 | NOT_GIVEN;
        return ticket;
    }

    /// Ends the wait that `ticket` stands for, also if it has not begun yet (a permit, as with
    /// [java.util.concurrent.locks.LockSupport#unpark]). A void ticket is ignored. From any thread; never blocks. What the
    /// session needs to go on has to be in place before.
    public void resume(long ticket) {
        while (true) {
            long seen = permit;
            if (seen >>> 2 != ticket || (seen & STATE) == GIVEN) {
                return;
            }
            Inbox waiting = home;
            if (PERMIT.compareAndSet(this, seen, ticket << 2 | GIVEN)) {
                if ((seen & STATE) == AWAITED) {
                    waiting.wake(this);
                }
                return;
            }
        }
    }

    // For wires and loops.

    /// The slot's number in its table.
    public int slot() {
        return slot;
    }

    /// The socket, for the transport that made it.
    public Endpoint endpoint() {
        return endpoint;
    }

    /// Receives once.
    ///
    /// @return true if anything came of it, be it bytes, the end, an error, or the certainty of a draining server that there
    ///     is nothing: call [#next]; false if there is nothing now
    public boolean receive() {
        if (!makeRoom()) {
            return breakOff("a session asked for more than its inbound can hold, or no buffer was left");
        }
        int received = endpoint.receive(inbound);
        if (received == Endpoint.AGAIN && table.idle() != null && !heardOut) {
            endpoint.doubt(); // what arrived a moment ago may not have been told of yet, and must not be lost
            received = endpoint.receive(inbound);
            heardOut = received == Endpoint.AGAIN;
            if (heardOut) {
                return true;
            }
        }
        if (received > 0) {
            counters.add(Counter.BYTES_IN, received);
            progress += received;
            if (under == Deadline.BODY) {
                boundProgress();
            }
            if (timeline != null) {
                timeline.received();
            }
            heardOut = false;
            return true;
        }
        if (received == Endpoint.AGAIN) {
            return false;
        }
        ended = true;
        if (received == Endpoint.BROKEN) {
            broken = true;
            counters.increment(Counter.BROKEN);
        }
        return true;
    }

    /// Sends until outbound is drained, or the socket takes no more, or this connection has had its share.
    ///
    /// @return true if outbound is drained or broken, or what comes next has to come from the disk first, or others should
    ///     have their turn: call [#next]; false if the rest has to wait for room
    public boolean send() {
        long share = 0;
        while (!outbound.isDrained()) {
            if (share >= SEND_BYTES_PER_TURN) {
                hadItsShare = true;
                return true;
            }
            if (isFileCold()) {
                return true;
            }
            long sent = outbound.send(endpoint);
            if (sent == Endpoint.AGAIN) {
                return false;
            }
            if (sent < 0) {
                lost();
                return true;
            }
            counters.add(Counter.BYTES_OUT, sent);
            share += sent;
            if (timeline != null) {
                timeline.sent(sent);
            }
            since = table.now();
        }
        return true;
    }

    /// Says that the socket has failed: the next step is CLOSE.
    public void lost() {
        broken = true;
        how = Close.ABORT;
        counters.increment(Counter.BROKEN);
    }

    /// True once after a [#send] that stopped although it could have gone on.
    public boolean hadItsShare() {
        boolean had = hadItsShare;
        hadItsShare = false;
        return had;
    }

    /// Its turn begins. Does nothing unless observed.
    ///
    /// @param readySince when the poll returned that told of it; see [System#nanoTime]
    public void onTurn(long readySince) {
        if (timeline != null) {
            timeline.turn(readySince, place != Place.HOME && place != Place.WAITING);
        }
    }

    /// Its own thread begins, or goes on after a wait. Does nothing unless observed.
    public void onWake() {
        if (timeline != null) {
            timeline.woken();
        }
    }

    /// Gives back what is not needed until the peer does something: buffers that hold nothing, and a session that is between two
    /// requests. By the thread that the pool belongs to.
    public void rest() {
        if (giveBuffersBack()) {
            letSessionGo();
        }
    }

    /// @return true if nothing is held any longer
    private boolean giveBuffersBack() {
        boolean heard = inbound.isEmpty();
        boolean said = outbound.isDrained() && !outbound.isProducing();
        if (heard) {
            pool.release(inbound);
        }
        if (said) {
            pool.release(outbound.bytes());
        }
        return heard && said;
    }

    /// Makes sure that work can be done by a thread that may not touch the pool.
    ///
    /// @return false if no buffer was left; the connection is broken then
    public boolean prepare() {
        return outbound.bytes().isAttached() || pool.attach(outbound.bytes()) || !breakOff("no buffer was left");
    }

    /// Waits for [#resume] by way of its home. Looks at the socket before, if the session listens meanwhile.
    ///
    /// @return true if the permit is there already, or anything came of the look: call [#next]; false if home will get this
    ///     connection once the permit is given
    public boolean await() {
        long seen = permit;
        if ((seen & STATE) == GIVEN || listens && hears()) {
            return true;
        }
        place = Place.WAITING;
        if (PERMIT.compareAndSet(this, seen, seen | AWAITED)) {
            return false;
        }
        place = Place.HOME; // it was given this moment
        return true;
    }

    private boolean hears() {
        endpoint.doubt(); // nobody was asked to tell
        boolean heard = receive();
        if (!heard) {
            giveBuffersBack(); // the session stays: it is the one that waits
        }
        return heard;
    }

    /// True while it waits and listens: about once a second its home [ends the wait][#stopAwaiting] and calls [#next], so that
    /// the socket is looked at. From any thread; only a hint to others than its home.
    public boolean isListening() {
        return place == Place.WAITING && listens;
    }

    /// True once the permit was given.
    public boolean isResumed() {
        return (permit & STATE) == GIVEN;
    }

    /// Takes a connection back that waits for [#resume].
    ///
    /// @return true if the caller has it now; false if it does not wait, or its home is about to get it
    public boolean stopAwaiting() {
        long seen = permit;
        return (seen & STATE) == AWAITED && PERMIT.compareAndSet(this, seen, ((seen >>> 2) + 1) << 2);
    }

    /// True between two requests, when nothing is lost if the connection ends. By its owner.
    public boolean isIdle() {
        return place == Place.HOME && inbound.isEmpty() && outbound.isDrained() && isBetweenRequests();
    }

    /// A session that fails to say so is not waited for: this may be asked where nothing but its loop would catch that.
    private boolean isBetweenRequests() {
        try {
            return broken || phase() == Phase.IDLE;
        } catch (Throwable failure) {
            fail(failure);
            return true;
        }
    }

    /// How long a wait for this connection may last, in nanoseconds; 0 if its deadline has passed. As exact as the table's
    /// clock.
    public long remainingNanos() {
        long allowed = allowedNanos(); // looks at what it waits for, and only then at since when
        return Math.max(0, since + allowed - table.now());
    }

    /// True if its deadline has passed: its home calls [#expire], then [#next]. From any thread; only a hint to others than
    /// its owner.
    public boolean isLate() {
        return remainingNanos() == 0;
    }

    /// Acts on a deadline that has passed: the request is refused, if its protocol has an answer for that; or the connection
    /// ends. Call [#next] afterwards. By its owner.
    public void expire() {
        switch (under) {
            case IDLE -> endNow(Counter.LATE_IDLE, Close.NORMAL);
            case HEAD -> refuseLate(Counter.LATE_HEADS);
            case BODY -> refuseLate(Counter.LATE_BODIES);
            case WORK -> refuseLate(Counter.LATE_WORK);
            case WRITE -> endNow(Counter.LATE_WRITES, Close.ABORT);
            case LINGER -> broken = true;
        }
    }

    /// Says that the connection is about to be with another thread.
    ///
    /// @param place [Place#LENT] or [Place#ENTRUSTED]
    public void leave(Place place) {
        answerableLate = place == Place.LENT && outbound.isDrained() && session().mayReplyLate();
        this.place = place;
    }

    /// Notes when the work was put into a queue. By whoever puts it there, before.
    ///
    /// @param nanoTime by [System#nanoTime]
    public void queued(long nanoTime) {
        progress = nanoTime;
        if (timeline != null) {
            timeline.queued(nanoTime);
        }
    }

    /// When the work was put into the queue that it has just been taken from, by [System#nanoTime].
    public long queuedAt() {
        return progress;
    }

    /// Gives up the work that another thread is busy with, because its deadline has passed or the server does not wait any
    /// longer. The peer gets the protocol's late reply, where that can still be sent, and then the end; what the work comes to
    /// is dropped, and the slot stays taken until the work returns. Harmless when the conversation is over or given up already.
    ///
    /// By its home; or, for a connection with a thread of its own, by whoever looks after that thread.
    ///
    /// @return true if that happened now
    public synchronized boolean abandon() {
        if (!open || abandoned) {
            return false;
        }
        answeredLate = place == Place.LENT && answerableLate && sendLateReply();
        abandoned = true;
        if (isWorkLate()) {
            counters.increment(Counter.LATE_WORK);
        }
        endpoint.shutdownOutput();
        return true;
    }

    /// The same, unless the deadline of its work has not passed: whoever found that it has may be late, and the connection with
    /// another request, or another one's slot.
    public synchronized boolean abandonIfLate() {
        return isWorkLate() && abandon();
    }

    /// True while the deadline that its work is under has passed. From any thread.
    public boolean isWorkLate() {
        return under == Deadline.WORK && isLate();
    }

    /// True if [#next] names CLOSE although nothing came: the server ends, and this connection is between two requests or
    /// is not waited for any longer. By its owner, or its home.
    public boolean isToEnd() {
        return table.isAborting() || table.idle() != null && !lingering && isIdle();
    }

    /// True while this slot has a conversation that lives with `inbox`. From any thread: a true answer is one only the
    /// thread behind `inbox` can rely on, and it can.
    ///
    /// Between two looks the slot may become another conversation's, with another home, any number of times. All writes and looks
    /// have one order, since both fields are volatile: `home` is the first thing that a conversation writes, `open` its last one, and
    /// the first when it is over.
    ///
    /// - The first `true` belongs to some conversation, so `home` is that one's or a later one's.
    /// - If the conversation whose `home` was seen has not begun when `open` is looked at again, the one before it was over before
    ///   `home` was written, so `open` is false.
    /// - If it has, all that its beginning wrote is visible. It cannot be over meanwhile: only the thread behind its home ends
    ///   it, and that is here.
    @SuppressWarnings("ReferenceEquality") // the very same inbox, whatever it thinks of equality
    public boolean isAt(Inbox inbox) {
        return open && home == inbox && open;
    }

    /// Where it is; only its home asks.
    public Place place() {
        return place;
    }

    /// Says where it is. By whoever owns it.
    public void place(Place place) {
        this.place = place;
    }

    /// Ends the connection: the socket, the session, the buffers, the slot. By the thread that owns it and may touch the
    /// pool.
    ///
    /// @return false if it is not ended yet, because the last of its reply is still on its way: to be called again when that
    ///     has been sent. An abort never waits
    public boolean close() {
        if (how != Close.ABORT && !endpoint.flush()) {
            under(Deadline.WRITE, Step.CLOSE);
            return false;
        }
        resetSession(); // while the socket can still be asked who was there
        dismiss(); // before the peer can know, and come again
        synchronized (this) { // the descriptor's number may be another connection's next: nobody must shut that one
            open = false;
            endpoint.close(how);
        }
        release();
        return true;
    }

    /// Ends the connection if its home has never seen it.
    void endUnseen() {
        if (open && place == Place.FRESH) {
            how = Close.ABORT;
            close();
        }
    }

    /// Ends the conversation of a slot whose socket is closed or belongs to somebody else now.
    public void release() {
        open = false;
        if (how == Close.ABORT && !broken) {
            counters.increment(Counter.ABORTED);
        }
        resetSession();
        outbound.reset();
        pool.release(inbound);
        pool.release(outbound.bytes());
        leaveSession();
        peer = null;
        permit = ((permit >>> 2) + 1) << 2;
        dismiss();
        counters.increment(Counter.CLOSED); // before anybody can be accepted in its place: no more than the limit are open
        table.release(this);
    }

    private void dismiss() {
        if (admitted) {
            admitted = false;
            table.dismiss();
        }
    }

    /// What its session throws now costs no slot.
    private void leaveSession() {
        try {
            letSessionGo();
        } catch (Throwable failure) {
            report(failure);
            session = null;
        }
    }

    private void resetSession() {
        if (sessionOver) {
            return;
        }
        sessionOver = true;
        memory = 0;
        Session present = session;
        try {
            if (present != null && !present.reset()) {
                session = null;
            }
        } catch (Throwable failure) {
            report(failure);
            session = null;
        }
    }

    // For whoever accepts.

    /// Begins a conversation on a slot that was [reserved][ConnectionTable#reserve] and has its socket.
    ///
    /// @param home who owns the connection from its first turn on
    public void begin(Inbox home, BufferPool pool, Counters counters) {
        begin(home, pool, null, counters);
    }

    /// The same, where sessions may go from one connection to another.
    ///
    /// @param idle those of this home's connections; null if each connection keeps its own
    public void begin(Inbox home, BufferPool pool, @Nullable IdleSessions idle, Counters counters) {
        this.home = home;
        this.pool = pool;
        sessions = table.sessionsMove() ? idle : null;
        this.counters = counters;
        place = Place.FRESH;
        ended = false;
        heardOut = false;
        admitted = table.admit();
        unwelcome = !admitted;
        broken = unwelcome;
        loads = false;
        hadItsShare = false;
        lingering = false;
        sessionOver = false;
        abandoned = false;
        answeredLate = false;
        since = table.now();
        under = Deadline.IDLE;
        how = Close.NORMAL;
        if (timeline != null) {
            timeline.accepted();
        }
        counters.increment(Counter.ACCEPTED);
        open = true;
    }

    /// Says that the connection has begun and is still being opened. Until it is, it is under the deadline of a WRITE.
    public void connecting() {
        place = Place.CONNECTING;
        under(Deadline.WRITE, Step.WRITE);
    }

    /// Tells the peer that there is no room, if that is so and has not been done.
    private boolean isTurnedAway() {
        if (!unwelcome) {
            return false;
        }
        unwelcome = false;
        counters.increment(Counter.REFUSED);
        try {
            broken = !prepare() || !session().refuse(Refusal.CONNECTIONS_MAX);
        } catch (Throwable failure) {
            fail(failure);
        }
        return !broken;
    }

    /// Notes what the connection waits for from now on.
    private Step under(Deadline deadline, Step step) {
        if (under != deadline) {
            progress = 0;
            since = table.now();
            UNDER.setRelease(this, deadline);
        }
        return step;
    }

    /// A step that ends when the peer does something, unless that is never going to happen.
    private Step listenIn(Step step) {
        return nothingWillCome() ? endIdle() : under(deadlineOfRead(), step);
    }

    private Deadline deadlineOfRead() {
        return switch (phase()) {
            case IDLE -> Deadline.IDLE;
            case HEAD -> Deadline.HEAD;
            case BODY -> Deadline.BODY;
        };
    }

    private long allowedNanos() {
        Limits limits = table.limits();
        return switch (under) {
            case IDLE -> limits.idleMillisMax() * NANOS_PER_MILLI / (table.isCrowded() ? CROWDED_SHARE : 1);
            case HEAD -> limits.headMillisMax() * NANOS_PER_MILLI;
            case BODY -> limits.bodyMillisGrace() * NANOS_PER_MILLI
                    + progress * 1_000 / limits.bodyBytesPerSecondMin() * NANOS_PER_MILLI;
            case WORK -> limits.workNanosMax();
            case WRITE -> limits.writeMillisMax() * NANOS_PER_MILLI;
            case LINGER -> lingerNanos();
        };
    }

    private long lingerNanos() {
        long idle = LINGER_NANOS;
        long most = LINGER_NANOS_MAX;
        if (table.isDraining()) {
            idle = LINGER_NANOS_DRAINING;
            most = LINGER_NANOS_MAX_DRAINING;
        } else if (table.isCrowded()) {
            idle /= CROWDED_SHARE;
            most /= CROWDED_SHARE;
        }
        return Math.min(idle, lingersSince + most - since);
    }

    /// What of a body has come too early makes up for a pause, but not for a long one: otherwise who sends much at once and then
    /// nothing would keep the slot for as long as it may take at the least rate.
    private void boundProgress() {
        Limits limits = table.limits();
        long millis = (table.now() - since) / NANOS_PER_MILLI + (long) BODY_GRACES_AHEAD * limits.bodyMillisGrace();
        progress = Math.min(progress, millis * limits.bodyBytesPerSecondMin() / 1_000);
    }

    private void refuseLate(Counter counter) {
        try {
            if (prepare() && session().refuse(Refusal.DEADLINE)) {
                counters.increment(counter);
                under = Deadline.IDLE; // whatever comes next has a deadline of its own
                return;
            }
        } catch (Throwable failure) {
            report(failure);
        }
        endNow(counter, Close.ABORT);
    }

    private void endNow(Counter counter, Close close) {
        counters.increment(counter);
        broken = true;
        how = close;
    }

    private boolean nothingWillCome() {
        return ended || heardOut && inbound.isEmpty() && phase() == Phase.IDLE;
    }

    /// Sends the late reply in place of the one that somebody else is still making. Outbound is theirs, and empty to the wire.
    private boolean sendLateReply() {
        Buffer bytes = lateReply();
        if (bytes == null) {
            return false;
        }
        int sent = endpoint.send(bytes, false);
        if (sent > 0) {
            counters.add(Counter.BYTES_OUT, sent);
        }
        return bytes.isEmpty(); // a socket that does not take as much as that has a peer that does not read
    }

    private @Nullable Buffer lateReply() {
        try {
            byte[] reply = table.protocol().lateReply();
            if (reply.length == 0) {
                return null;
            }
            Buffer bytes = Buffer.over(Arena.ofAuto().allocate(reply.length));
            bytes.put(reply);
            return bytes;
        } catch (Throwable failure) {
            report(failure); // its home asks, and has others to look after
            return null;
        }
    }

    /// The peer has closed its side, or the server ends and has heard the connection out.
    private Step endIdle() {
        return !ended && table.idle() == Close.LINGER ? linger() : Step.CLOSE;
    }

    /// Begins the lingering close: our side is shut, and what the peer still sends is dropped.
    private Step linger() {
        lingering = true;
        lingersSince = table.now();
        inbound.clear();
        endpoint.shutdownOutput();
        return under(Deadline.LINGER, Step.READ);
    }

    /// A step of a connection that is past its last reply: it lingers, or the server does not wait for it any longer.
    private Step end() {
        resetSession(); // while what has arrived is still there, for whoever observes the request that is given up
        if (answeredLate && !lingering && !ended) {
            return linger(); // the peer may still have to read it
        }
        if (lingering && !inbound.isEmpty()) {
            since = table.now();
        }
        inbound.clear();
        if (lingering && !ended && !isLate() && !table.isAborting()) {
            return Step.READ;
        }
        how = lingering ? Close.NORMAL : Close.ABORT;
        return Step.CLOSE;
    }

    /// True if the next thing to send is a part of a file that is not in memory. What stands in front of it is sent before.
    private boolean isFileCold() {
        return outbound.bytes().isEmpty() && outbound.isCold();
    }

    private void load() {
        loads = false;
        outbound.load();
        counters.increment(Counter.COLD_READS);
        since = table.now(); // the disk was slow, not the peer
    }

    private boolean makeRoom() {
        if (!inbound.isAttached()) {
            return pool.attach(inbound);
        }
        if (inbound.room() == 0) {
            inbound.compact();
        }
        return inbound.room() > 0 || pool.grow(inbound);
    }

    /// The catch-all for what leaves a session: our own mistake or a handler's without an answer of its protocol's. It ends
    /// this connection and nothing else.
    private Step fail(Throwable failure) {
        report(failure);
        breakOff();
        return Step.CLOSE;
    }

    private void breakOff() {
        broken = true;
        how = Close.ABORT;
        counters.increment(Counter.ABORTED);
    }

    private boolean breakOff(String why) {
        fail(new IllegalStateException(why));
        return true;
    }

    private void report(Throwable failure) {
        counters.increment(Counter.FAILURES);
        Failures.log("a session failed; its connection is closed", failure);
    }
}
