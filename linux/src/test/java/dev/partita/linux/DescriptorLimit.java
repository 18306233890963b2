package dev.partita.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Until it is closed the process may have no further descriptor.
public final class DescriptorLimit implements AutoCloseable {
    private static final int RLIMIT_NOFILE = 7;

    private final long before;

    public DescriptorLimit() {
        before = limit(lowestFree());
    }

    private static int lowestFree() {
        MemorySegment memory = CallMemory.ofThread();
        int fd = Libc.eventfd(memory, 0, 0);
        Libc.close(fd);
        return fd;
    }

    /// @return the limit before
    private static long limit(long limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = CallMemory.ofThread();
            MemorySegment rlimit = arena.allocate(JAVA_LONG, 2);
            assertThat(Libc.getrlimit(memory, RLIMIT_NOFILE, rlimit.address())).isZero();
            long before = rlimit.get(JAVA_LONG, 0);
            rlimit.set(JAVA_LONG, 0, limit);
            assertThat(Libc.setrlimit(memory, RLIMIT_NOFILE, rlimit.address())).isZero();
            return before;
        }
    }

    @Override
    public void close() {
        limit(before);
    }
}
