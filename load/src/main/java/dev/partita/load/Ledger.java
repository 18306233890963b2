package dev.partita.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/// How the requests of one generator ended. Written by its thread, without allocating; read by another one while it is
/// written: numbers a moment old, and latencies an interval at a time.
///
/// Only what was due within the measured time counts, whenever it ended; only a rate is of what came within it. What was due
/// before goes into a book of its own by the very same code: no branch is taken for the first time when the measured time
/// begins, so that the compiler leaves the generator alone then. (With a branch it took back what it had compiled, and a
/// generator that shares its processor with its compilers was late by up to 10 ms in the first second: p99 at 100,000 requests
/// a second 9.5 ms, in the later seconds 0.5.)
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
        /// Replies of any kind that came within the measured time, whenever their requests were due.
        ANSWERED_WITHIN,
        /// Those of them that served well.
        SERVED_WITHIN,
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
    /// Numbers of books: of requests that were due in the measured time, and of those before it.
    static final int MEASURED = 0;
    static final int WARM_UP = 1;

    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
    /// Keeps other objects out of the cache lines of these.
    private static final int PADDING = 16;
    private static final int ERRORS = PADDING + Count.values().length;

    private final Book[] books;
    private long from = Long.MAX_VALUE;
    private long until = Long.MAX_VALUE;

    Ledger(int kinds) {
        var own = new SingleWriterRecorder[kinds <= KINDS_MAX ? kinds : 1];
        Arrays.setAll(own, kind -> recorder());
        var shared = new SingleWriterRecorder[own.length];
        Arrays.fill(shared, recorder());
        books = new Book[]{new Book(own), new Book(shared)};
    }

    private static final class Book {
        final long[] cells = new long[ERRORS + ErrorKind.values().length + PADDING];
        final SingleWriterRecorder[] served;
        final SingleWriterRecorder refused = recorder();
        final Histogram late = histogram();

        Book(SingleWriterRecorder[] served) {
            this.served = served;
        }

        void add(Count count, long amount) {
            add(PADDING + count.ordinal(), amount);
        }

        void add(ErrorKind error) {
            add(ERRORS + error.ordinal(), 1);
        }

        private void add(int cell, long amount) {
            CELLS.setOpaque(cells, cell, cells[cell] + amount);
        }

        long get(Count count) {
            return (long) CELLS.getOpaque(cells, PADDING + count.ordinal());
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
    ///
    /// @param until when the measured time is over
    void measure(long from, long until) {
        this.from = from;
        this.until = until;
    }

    /// The number of the book that a request belongs into.
    int book(long intended) {
        return (int) ((intended - from) >>> (Long.SIZE - 1)); // the sign
    }

    /// A request was due, and the generator turned to it.
    ///
    /// @param inTime false if the measured time was over by then
    void due(long intended, long now, boolean inTime) {
        Book book = books[book(intended)];
        book.add(Count.DUE, 1);
        if (inTime) {
            book.add(Count.IN_TIME, 1);
        }
        book.late.recordValue(within(now - intended));
    }

    /// A request has to wait for a connection.
    void waits(long intended) {
        books[book(intended)].add(Count.WAITED, 1);
    }

    /// A request has its reply.
    ///
    /// @param error null if it was served well
    void replied(long intended, int kind, long now, @Nullable ErrorKind error) {
        long isWithin = ~((now - from) | (until - 1 - now)) >>> (Long.SIZE - 1); // 1 or 0
        long nanos = within(now - intended);
        add(Count.REPLIES);
        add(Count.ANSWERED_WITHIN, isWithin);
        Book book = books[book(intended)];
        if (error == null) {
            add(Count.SERVED_WITHIN, isWithin);
            book.add(Count.SERVED, 1);
            book.served[kind < book.served.length ? kind : 0].recordValue(nanos);
        } else {
            book.add(error);
            book.refused.recordValue(nanos);
        }
    }

    /// A request has failed without a reply.
    void failed(long intended, ErrorKind error) {
        books[book(intended)].add(error);
    }

    void add(Count count) {
        add(count, 1);
    }

    void add(Count count, long amount) {
        books[MEASURED].add(count, amount);
    }

    private static long within(long nanos) {
        return Math.max(0, Math.min(nanos, NANOS_MAX));
    }

    // Any thread's; of the measured time, where nothing else is said.

    long get(Count count) {
        return books[MEASURED].get(count);
    }

    long get(ErrorKind kind) {
        return (long) CELLS.getOpaque(books[MEASURED].cells, ERRORS + kind.ordinal());
    }

    // One other thread's.

    /// How many kinds have latencies of their own.
    int kinds() {
        return books[MEASURED].served.length;
    }

    /// The latencies of a kind since the last look.
    ///
    /// @param reused what the last look gave; null at first
    Histogram served(int kind, @Nullable Histogram reused) {
        return books[MEASURED].served[kind].getIntervalHistogram(reused);
    }

    /// The latencies of what was served of the warm-up, since the last look.
    Histogram servedInWarmUp(@Nullable Histogram reused) {
        return books[WARM_UP].served[0].getIntervalHistogram(reused);
    }

    /// The latencies of replies that were errors, since the last look.
    Histogram refused(@Nullable Histogram reused) {
        return books[MEASURED].refused.getIntervalHistogram(reused);
    }

    /// How late the generator itself turned to requests. Once its thread has ended.
    Histogram late() {
        return books[MEASURED].late;
    }
}
