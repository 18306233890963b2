package dev.partita.linux.libc;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A descriptor that a thread makes readable so that another one's wait ends: `eventfd(2)`.
public final class Eventfd {
    /// O_CLOEXEC and O_NONBLOCK under the names of eventfd(2).
    private static final int CLOEXEC_NONBLOCK = 0x80000 | 0x800;
    /// The number that is written.
    private static final MemorySegment ONE = Arena.ofAuto().allocateFrom(JAVA_LONG, 1);

    private Eventfd() {}

    /// A new one, not readable yet.
    public static int open(MemorySegment memory) throws IOException {
        int result = Libc.eventfd(memory, 0, CLOEXEC_NONBLOCK);
        if (result < 0) {
            throw new IOException("eventfd failed: " + Errno.name(-result) + Errno.remedy(-result));
        }
        return result;
    }

    /// Makes one readable. From any thread.
    public static void signal(int eventfd) {
        Libc.signal(eventfd, ONE.address());
    }
}
