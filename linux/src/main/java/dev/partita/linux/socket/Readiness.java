package dev.partita.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Waits until one of several descriptors can be read: `ppoll(2)`. For one thread, but [#wakeup].
public final class Readiness implements AutoCloseable {
    private static final short POLLIN = 1;
    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS = 4;
    private static final int REVENTS = 6;
    private static final byte[] RING = {1};
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final MemorySegment memory = CallMemory.allocate();
    private final MessageChannel bell;
    private final MessageChannel ringer;
    private MemorySegment pollfds = Arena.ofAuto().allocate(64 * POLLFD_BYTES, Long.BYTES);
    private int count;

    /// One that waits for nothing yet.
    public Readiness() throws IOException {
        MessageChannel[] pair = MessageChannel.pair();
        bell = pair[0];
        ringer = pair[1];
    }

    /// Waits until one of the descriptors can be read or is at its end, or the time is over, or [#wakeup].
    public void await(long timeoutNanos, int... descriptors) {
        count = descriptors.length + 1;
        if (pollfds.byteSize() < (long) count * POLLFD_BYTES) {
            pollfds = Arena.ofAuto().allocate(2L * count * POLLFD_BYTES, Long.BYTES);
        }
        for (int i = 0; i < descriptors.length; i++) {
            put(i, descriptors[i]);
        }
        put(count - 1, bell.fd());
        long nanos = Math.max(0, timeoutNanos);
        memory.set(JAVA_LONG, CallMemory.TIMESPEC, nanos / NANOS_PER_SECOND);
        memory.set(JAVA_LONG, CallMemory.TIMESPEC + Long.BYTES, nanos % NANOS_PER_SECOND);
        int ready = Libc.ppoll(memory, pollfds.address(), count, memory.address() + CallMemory.TIMESPEC);
        if (ready <= 0) {
            count = 0;
        } else if (isReady(count - 1)) {
            while (bell.receive() != null) {
                // however often it was rung
            }
        }
    }

    /// Whether the descriptor at that place of the last [#await] can be read.
    public boolean isReady(int index) {
        return index < count && pollfds.get(JAVA_SHORT, (long) index * POLLFD_BYTES + REVENTS) != 0;
    }

    /// Ends the wait, or the next one. From any thread.
    public void wakeup() {
        ringer.send(RING);
    }

    @Override
    public void close() {
        bell.close();
        ringer.close();
    }

    private void put(int index, int descriptor) {
        long at = (long) index * POLLFD_BYTES;
        pollfds.set(JAVA_INT, at, descriptor);
        pollfds.set(JAVA_SHORT, at + EVENTS, POLLIN);
        pollfds.set(JAVA_SHORT, at + REVENTS, (short) 0);
    }
}
