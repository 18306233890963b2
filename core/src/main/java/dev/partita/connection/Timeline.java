package dev.partita.connection;

import java.util.Arrays;

/// Where the time of a connection's present request goes, and how many bytes its reply has. A connection has one only while
/// somebody observes the server: nothing is stamped otherwise.
///
///     accepted   first turn                    taken
///        |-accept--|       poll     turn  lent   |-- work --|            sent
///        |  wait   | ...     |--lag--|.....|queue|  (passes)|-- write ---|
///                       begun                wait               wait    replied
///
/// Every stamp (25 ns) ends one part and begins the next, so the parts never overlap. What is in none of them is the rest
/// of the duration: receiving, parsing, waiting for the rest of a request or for [Connection#resume].
///
/// Belongs to the thread that owns the connection. The figures of a request can be read from [Connection#replied] on, until
/// the next step of the connection.
public final class Timeline {
    /// What the time from the last stamp on will be booked to.
    private enum Part {
        ACCEPT_WAIT, LOOP_LAG, QUEUE_WAIT, WORK, WRITE_WAIT,
        /// None of the above.
        OTHER,
        /// None of the above, and the last stamp was taken a moment ago.
        JUST_STAMPED
    }

    private static final Part[] PARTS = Part.values();

    private final long[] nanos = new long[PARTS.length];
    private Part part = Part.OTHER;
    private long stampedAt;
    /// When the connection became ready for its present turn.
    private long readyAt;
    private long begunAt;
    private long endedAt;
    private boolean begun;
    /// The request is over, and its figures are here until the next stamp.
    private boolean over;
    private boolean whole;
    /// Of the connection so far, by now and when the present request began.
    private long sent;
    private long sentBefore;
    private long bytes;

    Timeline() {}

    // What can be read.

    /// From the return of accept(2) to the connection's first turn, or the start of its thread; 0 but for its first request.
    public long acceptWaitNanos() {
        return nanos(Part.ACCEPT_WAIT);
    }

    /// How long the connection was ready and its loop had others to serve: from the return of a poll, or from the end of a
    /// worker's part, to the turn. 0 where a thread of its own serves it: there the scheduler of the system lags, unseen.
    public long loopLagNanos() {
        return nanos(Part.LOOP_LAG);
    }

    /// In the queues of workers and stages, all of them together.
    public long queueWaitNanos() {
        return nanos(Part.QUEUE_WAIT);
    }

    /// The passes of the useful work.
    public long workNanos() {
        return nanos(Part.WORK);
    }

    /// From the end of the work to the last byte that the socket took, and between the pieces of a streamed reply. 0 for a
    /// reply that left together with later ones: nobody waited for it alone.
    public long writeWaitNanos() {
        return nanos(Part.WRITE_WAIT);
    }

    /// From the poll that told of the request's first byte, or from the reply before it where it had arrived by then, to the
    /// end of its reply.
    public long durationNanos() {
        return endedAt - begunAt;
    }

    /// The bytes of the reply that the system has taken, or that are about to leave together with a later reply.
    public long bytes() {
        return bytes;
    }

    /// False if the connection ended before the reply did.
    public boolean isWhole() {
        return whole;
    }

    private long nanos(Part of) {
        return nanos[of.ordinal()];
    }

    // What the connection tells.

    void accepted() {
        clear();
        begun = false;
        over = false;
        sent = 0;
        sentBefore = 0;
        stampedAt = System.nanoTime();
        readyAt = stampedAt;
        endedAt = stampedAt;
        part = Part.ACCEPT_WAIT;
    }

    /// The connection's turn has come.
    ///
    /// @param readySince when the poll returned that said so
    /// @param home true if it had been ready before, in a list of its loop or on its way home
    void turn(long readySince, boolean home) {
        long now = System.nanoTime();
        if (part == Part.ACCEPT_WAIT) {
            book(now);
            readyAt = now;
        } else {
            readyAt = home || readySince - stampedAt < 0 ? stampedAt : readySince;
            book(readyAt);
            if (!begun) {
                nanos[Part.LOOP_LAG.ordinal()] = 0; // of turns that nothing came of
            }
            part = Part.LOOP_LAG;
            book(now);
        }
        part = Part.OTHER;
    }

    /// The connection's own thread goes on after a wait.
    void woken() {
        book(System.nanoTime());
        readyAt = stampedAt;
        part = Part.OTHER;
    }

    void received() {
        begin();
    }

    void sent(long more) {
        sent += more;
    }

    void asks(Step step) {
        switch (step) {
            case WRITE -> part = Part.WRITE_WAIT;
            case READ, WAIT -> part = Part.OTHER;
            case WORK, BLOCKING, CLOSE -> {}
        }
    }

    void queued(long now) {
        book(now);
        part = Part.QUEUE_WAIT;
    }

    void workBegins() {
        stamp();
        begin();
        part = Part.WORK;
    }

    void workEnds() {
        book(System.nanoTime());
        part = Part.JUST_STAMPED;
    }

    /// The work will not be done: what was waited for is over.
    void refused() {
        stamp();
        part = Part.OTHER;
    }

    /// The request is over.
    ///
    /// @param queued what is still to be sent of its reply, and is
    void replied(long queued, boolean whole) {
        stamp();
        if (part != Part.WORK) {
            part = Part.JUST_STAMPED;
        }
        begin();
        endedAt = stampedAt;
        bytes = Math.max(0, sent + queued - sentBefore);
        sentBefore += bytes;
        this.whole = whole;
        begun = false;
        over = true;
    }

    private void begin() {
        if (!begun) {
            begun = true;
            begunAt = readyAt - endedAt > 0 ? readyAt : endedAt;
        }
    }

    private void stamp() {
        if (part != Part.JUST_STAMPED) {
            book(System.nanoTime());
        }
    }

    private void book(long now) {
        if (over) {
            over = false;
            clear();
        }
        nanos[part.ordinal()] += now - stampedAt;
        stampedAt = now;
    }

    private void clear() {
        Arrays.fill(nanos, 0);
    }
}
