package dev.partita.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/// How the requests of one generator ended. Written by its thread, without allocating; read by another one while it is
/// written: numbers a moment old, and latencies an interval at a time.
///
/// Only what was due within the measured time is written down, whenever it ended.
final class Ledger {
    /// What is counted beside the errors.
    enum Count {
        /// Replies of any kind and any time, the warm-up included: for a look at how it goes.
        REPLIES,
        /// Requests that were due.
        DUE,
        /// Those of them that the generator turned to before the measured time was over.
        IN_TIME,
        /// Those of them that had to wait for a connection.
        WAITED,
        /// Requests that were served well.
        SERVED,
        /// Connections that were opened, at any time.
        OPENED,
        /// Those of them that have ended.
        ENDED,
        /// Bytes that slow readers took.
        SLOW_BYTES
    }

    /// As much as an hour, in nanoseconds. What takes longer is written down as that.
    static final long NANOS_MAX = 3_600_000_000_000L;
    /// A value is kept with three digits: 1.234 ms and 1.235 ms are different.
    static final int DIGITS = 3;
    /// Kinds that have a histogram of their own; with more of them there is one for all, since each takes 270 KB, three
    /// times.
    static final int KINDS_MAX = 16;

    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
    /// Keeps other objects out of the cache lines of these.
    private static final int PADDING = 16;
    private static final int ERRORS = PADDING + Count.values().length;

    private final long[] cells = new long[ERRORS + ErrorKind.values().length + PADDING];
    private final SingleWriterRecorder[] served;
    private final SingleWriterRecorder refused = recorder();
    private final Histogram late = histogram();
    private long from = Long.MAX_VALUE;

    Ledger(int kinds) {
        served = new SingleWriterRecorder[kinds <= KINDS_MAX ? kinds : 1];
        for (int i = 0; i < served.length; i++) {
            served[i] = recorder();
        }
    }

    static Histogram histogram() {
        return new Histogram(1, NANOS_MAX, DIGITS);
    }

    private static SingleWriterRecorder recorder() {
        return new SingleWriterRecorder(1, NANOS_MAX, DIGITS);
    }

    // The generator's.

    /// Requests that are due from then on are written down.
    void measureFrom(long nanoTime) {
        from = nanoTime;
    }

    /// Whether a request is one of those that are written down.
    boolean isMeasured(long intended) {
        return intended >= from;
    }

    /// A request was due, and the generator turned to it.
    ///
    /// @param inTime false if the measured time was over by then
    void due(long intended, long now, boolean inTime) {
        if (isMeasured(intended)) {
            add(Count.DUE);
            if (inTime) {
                add(Count.IN_TIME);
            }
            late.recordValue(within(now - intended));
        }
    }

    /// A request has to wait for a connection.
    void waits(long intended) {
        if (isMeasured(intended)) {
            add(Count.WAITED);
        }
    }

    /// A request has its reply.
    ///
    /// @param error null if it was served well
    void replied(long intended, int kind, long now, @Nullable ErrorKind error) {
        add(Count.REPLIES);
        if (!isMeasured(intended)) {
            return;
        }
        long nanos = within(now - intended);
        if (error == null) {
            add(Count.SERVED);
            served[kind < served.length ? kind : 0].recordValue(nanos);
        } else {
            refused.recordValue(nanos);
            add(ERRORS + error.ordinal(), 1);
        }
    }

    /// A request has failed without a reply.
    void failed(long intended, ErrorKind error) {
        if (isMeasured(intended)) {
            add(ERRORS + error.ordinal(), 1);
        }
    }

    void add(Count count) {
        add(count, 1);
    }

    void add(Count count, long amount) {
        add(PADDING + count.ordinal(), amount);
    }

    private void add(int cell, long amount) {
        CELLS.setOpaque(cells, cell, cells[cell] + amount);
    }

    private static long within(long nanos) {
        return Math.max(0, Math.min(nanos, NANOS_MAX));
    }

    // Any thread's.

    long get(Count count) {
        return (long) CELLS.getOpaque(cells, PADDING + count.ordinal());
    }

    long get(ErrorKind kind) {
        return (long) CELLS.getOpaque(cells, ERRORS + kind.ordinal());
    }

    // One other thread's.

    /// How many kinds have latencies of their own.
    int kinds() {
        return served.length;
    }

    /// The latencies of a kind since the last look.
    ///
    /// @param reused what the last look gave; null at first
    Histogram served(int kind, @Nullable Histogram reused) {
        return served[kind].getIntervalHistogram(reused);
    }

    /// The latencies of replies that were errors, since the last look.
    Histogram refused(@Nullable Histogram reused) {
        return refused.getIntervalHistogram(reused);
    }

    /// How late the generator itself turned to requests. Once its thread has ended.
    Histogram late() {
        return late;
    }
}
