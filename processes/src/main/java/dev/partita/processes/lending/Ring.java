package dev.partita.processes.lending;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// A queue of numbers in shared memory, from one process to the other. Each has an object of its own for it, and one of the two
/// puts, the other takes. It has no bound of its own: there is room for all that may be in it at a time.
///
/// What is shared is how much was ever put, and the cells. How much was taken is the taker's alone, so nobody else can confuse
/// it.
final class Ring {
    /// Nothing is there.
    static final int NONE = -1;
    /// The other process has written what cannot be.
    static final int NONSENSE = -2;

    private static final VarHandle LONG = JAVA_LONG.varHandle();

    private final MemorySegment memory;
    private final long put;
    private final long cells;
    private final int capacity;
    /// How much this side has put, or taken.
    private long count;

    /// @param put where the shared count is
    /// @param cells where the cells begin
    /// @param capacity a power of two
    Ring(MemorySegment memory, long put, long cells, int capacity) {
        this.memory = memory;
        this.put = put;
        this.cells = cells;
        this.capacity = capacity;
    }

    void put(int number) {
        memory.set(JAVA_INT, cell(count), number);
        count++;
        LONG.setVolatile(memory, put, count); // before the look at whether the other one sleeps
    }

    boolean isEmpty() {
        return (long) LONG.getVolatile(memory, put) == count;
    }

    /// The next number, or [#NONE], or [#NONSENSE].
    int take() {
        long there = (long) LONG.getAcquire(memory, put);
        if (there == count) {
            return NONE;
        }
        if (there - count < 0 || there - count > capacity) {
            return NONSENSE;
        }
        int number = memory.get(JAVA_INT, cell(count));
        count++;
        return number < 0 ? NONSENSE : number;
    }

    private long cell(long index) {
        return cells + (index & capacity - 1) * Integer.BYTES;
    }
}
