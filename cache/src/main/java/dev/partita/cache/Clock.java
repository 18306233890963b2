package dev.partita.cache;

/// The time as items know it: whole seconds since shortly before the start, set about once a second, so that asking costs
/// nothing. Wall-clock times that clients send are turned into it when they arrive; a clock that jumps afterwards moves no
/// item's end.
final class Clock {
    /// Up to 30 days, an expiry time is a distance; above it is a Unix time (memcached's protocol.txt).
    static final int RELATIVE_SECONDS_MAX = 60 * 60 * 24 * 30;
    /// What an item never expires with.
    static final int NEVER = 0;
    /// A time that has always passed.
    static final int PASSED = 1;
    private static final int FIRST = 2;

    private final long startNanos;
    private volatile int now = FIRST;
    private volatile long epochSecondOfZero;

    Clock(long nanoTime, long epochSecond) {
        startNanos = nanoTime;
        epochSecondOfZero = epochSecond - FIRST;
    }

    /// Sets both clocks. By one thread.
    void tick(long nanoTime, long epochSecond) {
        int next = FIRST + (int) ((nanoTime - startNanos) / 1_000_000_000L);
        epochSecondOfZero = epochSecond - next;
        now = next;
    }

    /// Seconds, at least 2.
    int now() {
        return now;
    }

    /// The wall clock's seconds since 1970 at one of this clock's times.
    long epochSecond(int time) {
        return epochSecondOfZero + time;
    }

    /// When something ends that a client has given this expiry time.
    int expiry(int exptime) {
        if (exptime == 0) {
            return NEVER;
        }
        if (exptime < 0) {
            return PASSED;
        }
        if (exptime <= RELATIVE_SECONDS_MAX) {
            return now + exptime;
        }
        return (int) Math.max(PASSED, exptime - epochSecondOfZero);
    }
}
