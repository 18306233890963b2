package dev.partita.linux.shared;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Libc;
import java.lang.foreign.MemorySegment;

/// Sleeping until another thread, or another process, changes an int in memory that both have: `futex(2)`.
public final class Futex {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private Futex() {}

    /// Waits while the int at `offset` is `expected`, until somebody wakes, or the time is over, or for no reason.
    ///
    /// @param offset a multiple of 4
    public static void await(MemorySegment shared, long offset, int expected, long timeoutNanos) {
        MemorySegment memory = CallMemory.ofThread();
        memory.set(JAVA_LONG, CallMemory.TIMESPEC, timeoutNanos / NANOS_PER_SECOND);
        memory.set(JAVA_LONG, CallMemory.TIMESPEC + Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
        Libc.futexWait(shared.address() + offset, expected, memory.address() + CallMemory.TIMESPEC);
    }

    /// Wakes one who waits for the int at `offset`. From any thread; never blocks.
    public static void wake(MemorySegment shared, long offset) {
        Libc.futexWake(shared.address() + offset);
    }
}
