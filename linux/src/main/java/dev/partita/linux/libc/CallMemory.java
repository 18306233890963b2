package dev.partita.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The small memory that system calls write to: errno, and the structures that are passed by address. It is made once and
/// used for every call, so that a call allocates nothing; so it must belong to one thread at a time, since two calls at
/// once would read each other's errno.
///
/// A platform thread has one of its own ([#ofThread]). A virtual thread has none, since there may be a million of them: its
/// calls are made with the memory of its connection, which has one owner at a time as well.
///
///      0        4       8        16         32             48        56      64
///      | errno  | seen  | offset | timespec | epoll_event  | value   | size  |
///      |        |       |        |          | or 2 pollfd, |         |       |
///      |        |       |        |          | or iovec     |         |       |
public final class CallMemory {
    /// Where a call's errno is found when it failed; an int. The captured state has to begin the segment.
    static final long ERRNO = 0;
    /// The last wake-up that the thread has seen; an int that no call touches.
    public static final long WAKE_UP_SEEN = 4;
    /// A file position, 8 bytes.
    public static final long OFFSET = 8;
    /// A `struct timespec`: seconds and nanoseconds, 8 bytes each.
    public static final long TIMESPEC = 16;
    /// A `struct epoll_event`, at most 16 bytes.
    public static final long EVENT = 32;
    /// Two `struct pollfd` of 8 bytes.
    public static final long POLLFDS = 32;
    /// A `struct iovec`: address and length, 8 bytes each.
    public static final long IOVEC = 32;
    /// The value of a socket option that fits in 8 bytes, or a byte that is read and not looked at.
    public static final long VALUE = 48;
    /// A `socklen_t`.
    public static final long SIZE = 56;

    /// One cache line, so that two threads' memories never share one.
    private static final long BYTES = 64;

    private static final ThreadLocal<MemorySegment> OF_THREAD = ThreadLocal.withInitial(CallMemory::allocate);

    private CallMemory() {}

    /// The memory of the calling thread.
    public static MemorySegment ofThread() {
        return OF_THREAD.get();
    }

    /// Memory for the calls of one method, which may run on a virtual thread.
    public static MemorySegment allocate(Arena arena) {
        return arena.allocate(BYTES, BYTES);
    }

    /// Memory for an object that has one owner at a time. It is freed when nobody refers to it any longer; unlike a shared
    /// arena's, using it costs no atomic operation.
    public static MemorySegment allocate() {
        return Arena.ofAuto().allocate(BYTES, BYTES);
    }
}
