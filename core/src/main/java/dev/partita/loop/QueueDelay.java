package dev.partita.loop;

import dev.partita.limits.Limits;
import java.util.concurrent.TimeUnit;

/// Decides which work has waited too long in a queue to be worth doing: controlled delay for a server's queue, as Facebook
/// runs it (Maurer, "Fail at Scale", ACM Queue 13 (8), 2015, after Nichols and Jacobson's CoDel, RFC 8289).
///
/// A queue that is empty now and then only absorbs bursts, and its work may wait for the interval. One that has not been empty
/// for that long is a standing queue: everybody in it waits and nobody gains, so work may wait no longer than the target. As
/// RFC 8289 section 4.4 has it for slow links, the target is never below what the work itself takes, here twice its average.
///
/// The longest time in which nobody took anything since the queue was empty counts for neither. A process that stood still (a
/// collection, a cold start among others' compilers, SIGSTOP) finds a queue that looks like overload and is none; a server that
/// has more work than it can do gets that time once, and is judged by the rest of its waiting (decision 34).
///
/// Shared by the threads of one queue. What they write over each other is a measurement among many.
final class QueueDelay {
    /// How much one more measurement counts: an eighth.
    private static final int SMOOTHING = 3;

    private final long target;
    private final long interval;
    private volatile long emptyAt;
    private volatile long serviceNanos;
    private volatile long takenAt;
    private volatile long stalledFrom;
    private volatile long stalledUntil;

    /// @param now the queue is empty now
    QueueDelay(Limits limits, long now) {
        empty(now);
        target = TimeUnit.MILLISECONDS.toNanos(limits.queueMillisTarget());
        interval = TimeUnit.MILLISECONDS.toNanos(limits.queueMillisInterval());
    }

    /// True if anything is shed for its waiting.
    boolean isOn() {
        return target != 0;
    }

    /// The queue was empty at `now`.
    void empty(long now) {
        emptyAt = now;
        takenAt = now;
        stalledFrom = now;
        stalledUntil = now;
    }

    /// Something comes out of the queue at `now`.
    void taken(long now) {
        long before = takenAt;
        takenAt = now;
        if (now - before > stalledUntil - stalledFrom) {
            stalledFrom = before;
            stalledUntil = now;
        }
    }

    /// One request's work took that long.
    void served(long nanos) {
        long average = serviceNanos;
        serviceNanos = average == 0 ? nanos : average + ((nanos - average) >> SMOOTHING);
    }

    /// True if work that was queued at `queuedAt` and was [taken][#taken] at `now` is not to be done.
    boolean isTooLate(long queuedAt, long now) {
        long allowed = between(emptyAt, now) < interval ? interval : target;
        return between(queuedAt, now) > Math.max(allowed, 2 * serviceNanos);
    }

    /// The time from `then` to `now` without what of it was the stall.
    private long between(long then, long now) {
        long until = stalledUntil;
        return now - then - (until - then > 0 ? until - Math.max(then, stalledFrom) : 0);
    }
}
