package dev.partita.limits;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The numbers of one loop, worker or group of threads. Adding never blocks, allocates or logs.
///
/// Single-writer counters cost one plain addition; shared ones, for models in which many threads serve, an atomic one.
/// Any thread may read at any time and sees a value that was current a moment ago.
public final class Counters {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
    /// 128 bytes on either side keep another object's hot fields out of these cache lines (adjacent-line prefetch).
    private static final int PADDING = 16;

    private final long[] cells = new long[PADDING + Counter.values().length + PADDING];
    private final boolean shared;

    private Counters(boolean shared) {
        this.shared = shared;
    }

    /// Counters that one thread writes.
    public static Counters confined() {
        return new Counters(false);
    }

    /// Counters that any number of threads write.
    public static Counters shared() {
        return new Counters(true);
    }

    /// True if any number of threads may write.
    public boolean isShared() {
        return shared;
    }

    /// Adds one.
    public void increment(Counter counter) {
        add(counter, 1);
    }

    /// Adds `amount`, which is not negative. By the one writer, unless shared.
    public void add(Counter counter, long amount) {
        int cell = PADDING + counter.ordinal();
        if (shared) {
            CELLS.getAndAdd(cells, cell, amount);
        } else {
            CELLS.setRelease(cells, cell, cells[cell] + amount);
        }
    }

    /// The sum so far. From any thread. What this has counted before is seen by whoever reads it after: an end, and then a
    /// beginning, are never read as more ends than beginnings.
    public long get(Counter counter) {
        return (long) CELLS.getAcquire(cells, PADDING + counter.ordinal());
    }
}
