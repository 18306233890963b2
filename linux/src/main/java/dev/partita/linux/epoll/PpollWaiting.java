package dev.partita.linux.epoll;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.partita.connection.Connection;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Eventfd;
import dev.partita.linux.libc.Libc;
import dev.partita.transport.Waiting;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/// How platform threads wait, each for its one socket: ppoll(2) with the time that the connection has left, on the socket
/// and an eventfd that wakes all of them. One serves any number of threads.
///
/// A wake-up is permanent for the eventfd: it stays readable, so that every thread that waits on it sees it, however late it
/// is run. Later waits are on a new one, so that a thread in the middle of a request still sleeps while the server drains,
/// and is woken once more when it aborts. Each costs a descriptor until [#close].
final class PpollWaiting implements Waiting {
    // include/uapi/asm-generic/poll.h
    private static final short POLLIN = 0x001;
    private static final short POLLOUT = 0x004;

    // struct pollfd: fd, events, revents
    private static final long SOCKET = CallMemory.POLLFDS;
    private static final long WAKEUP = SOCKET + 8;
    private static final long EVENTS = 4;
    private static final long REVENTS = 6;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    /// Wake-ups that get an eventfd: when a server drains, when it aborts, and some to spare.
    private static final int WAKE_UPS_MAX = 4;
    /// How often a thread looks for a wake-up that has no eventfd.
    private static final long LOOK_NANOS = 100_000_000;
    private static final int NO_EVENTFD = -1;

    /// Numbers wake-ups over all instances, so that a thread remembers the last one that it saw by its number alone.
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /// What waits are ended by next.
    ///
    /// @param eventfd or [#NO_EVENTFD]
    private record WakeUp(int number, int eventfd) {}

    private volatile WakeUp wakeUp;
    private int[] spent = new int[0];
    private boolean closed;

    PpollWaiting() throws IOException {
        wakeUp = new WakeUp(NUMBERS.incrementAndGet(), Eventfd.open(CallMemory.ofThread()));
    }

    @Override
    public void readable(Connection connection) {
        EpollEndpoint endpoint = (EpollEndpoint) connection.endpoint();
        if (await(connection, endpoint.fd(), POLLIN)) {
            endpoint.mayRead();
        }
    }

    @Override
    public void writable(Connection connection) {
        await(connection, ((EpollEndpoint) connection.endpoint()).fd(), POLLOUT);
    }

    @Override
    public boolean isForAll() {
        return true;
    }

    /// @return true if the socket is ready, or has failed
    private boolean await(Connection connection, int fd, short events) {
        MemorySegment memory = CallMemory.ofThread();
        WakeUp until = wakeUp;
        if (memory.get(JAVA_INT, CallMemory.WAKE_UP_SEEN) != until.number) {
            memory.set(JAVA_INT, CallMemory.WAKE_UP_SEEN, until.number);
            return false; // one that came between two waits, or the thread's first
        }
        long nanos = connection.remainingNanos();
        if (until.eventfd == NO_EVENTFD) {
            nanos = Math.min(nanos, LOOK_NANOS);
        }
        memory.set(JAVA_LONG, CallMemory.TIMESPEC, nanos / NANOS_PER_SECOND);
        memory.set(JAVA_LONG, CallMemory.TIMESPEC + Long.BYTES, nanos % NANOS_PER_SECOND);
        long timespec = memory.address() + CallMemory.TIMESPEC;
        pollfd(memory, SOCKET, fd, events);
        pollfd(memory, WAKEUP, until.eventfd, POLLIN); // poll(2) passes over a negative one
        int ready = Libc.ppoll(memory, memory.address() + SOCKET, 2, timespec);
        return ready > 0 && memory.get(JAVA_SHORT, SOCKET + REVENTS) != 0;
    }

    private static void pollfd(MemorySegment memory, long at, int fd, short events) {
        memory.set(JAVA_INT, at, fd);
        memory.set(JAVA_SHORT, at + EVENTS, events);
        memory.set(JAVA_SHORT, at + REVENTS, (short) 0);
    }

    @Override
    public synchronized void wake() {
        if (closed) {
            return;
        }
        WakeUp before = wakeUp;
        wakeUp = new WakeUp(NUMBERS.incrementAndGet(), nextEventfd()); // first, so that who is woken sees it
        if (before.eventfd != NO_EVENTFD) {
            spent = Arrays.copyOf(spent, spent.length + 1);
            spent[spent.length - 1] = before.eventfd;
            Eventfd.signal(before.eventfd);
        }
    }

    private int nextEventfd() {
        if (spent.length >= WAKE_UPS_MAX) {
            return NO_EVENTFD;
        }
        try {
            return Eventfd.open(CallMemory.ofThread());
        } catch (IOException noDescriptor) {
            return NO_EVENTFD;
        }
    }

    /// Frees the descriptors. No thread waits any longer.
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (int eventfd : spent) {
            Libc.close(eventfd);
        }
        if (wakeUp.eventfd != NO_EVENTFD) {
            Libc.close(wakeUp.eventfd);
        }
    }
}
