package dev.partita.linux.epoll;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Eventfd;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.libc.Machine;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// An epoll instance, the batch of events that it gave last, and an eventfd that ends its wait: `epoll(7)`, `eventfd(2)`.
///
/// Each descriptor is watched with a number of its own, its tag, which comes back with its events. Waiting and reading the
/// events belongs to one thread; [#add], [#modify] and [#wakeup] are for any.
final class EpollSet {
    // include/uapi/linux/eventpoll.h
    static final int EPOLLIN = 0x001;
    static final int EPOLLOUT = 0x004;
    static final int EPOLLERR = 0x008;
    static final int EPOLLHUP = 0x010;
    static final int EPOLLRDHUP = 0x2000;
    /// Of several sets that watch a listener, the kernel wakes one for a connection.
    static final int EPOLLEXCLUSIVE = 1 << 28;
    /// Edge-triggered: an event is told once, when it happens.
    static final int EPOLLET = 1 << 31;

    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLL_CTL_MOD = 3;
    /// O_CLOEXEC under the name of epoll_create1(2).
    private static final int CLOEXEC = 0x80000;

    /// Events taken from the kernel at once. 512 of them are 6 KiB on x86-64 and 8 KiB elsewhere; what does not fit is
    /// told by the next call.
    private static final int EVENTS_MAX = 512;
    private static final long EVENT_BYTES = Machine.X86_64 ? 12 : 16;
    private static final long TAG_OFFSET = Machine.X86_64 ? 4 : 8;

    /// The eventfd's tag. Tags of others are different from it.
    static final long WAKEUP = -1;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final int epoll;
    private final int eventfd;
    private final MemorySegment memory = CallMemory.allocate();
    private final MemorySegment events = Arena.ofAuto().allocate(EVENTS_MAX * EVENT_BYTES, Long.BYTES);
    private boolean nanoseconds = true;
    private boolean closed;

    EpollSet() throws IOException {
        epoll = require("epoll_create1", Libc.epollCreate1(memory, CLOEXEC));
        try {
            eventfd = Eventfd.open(memory);
        } catch (IOException failure) {
            Libc.close(epoll);
            throw failure;
        }
        // Edge-triggered, so that nobody has to read it: every write is an event.
        int added = add(memory, eventfd, EPOLLIN | EPOLLET, WAKEUP);
        if (added < 0) {
            close();
            require("epoll_ctl", added);
        }
    }

    /// Watches a descriptor. Closing it ends that.
    ///
    /// @return 0 or a negative error
    int add(MemorySegment memory, int fd, int events, long tag) {
        return control(memory, EPOLL_CTL_ADD, fd, events, tag);
    }

    /// Lets an eventfd of somebody else end the wait, as if it were [#wakeup].
    boolean watch(int eventfd) {
        return add(memory, eventfd, EPOLLIN | EPOLLET, WAKEUP) >= 0;
    }

    /// Ends that.
    synchronized void unwatch(int eventfd) {
        if (!closed) {
            remove(CallMemory.ofThread(), eventfd);
        }
    }

    /// Changes what is watched for. If that is the case already, it is told.
    int modify(MemorySegment memory, int fd, int events, long tag) {
        return control(memory, EPOLL_CTL_MOD, fd, events, tag);
    }

    /// Ends watching a descriptor that stays open.
    int remove(MemorySegment memory, int fd) {
        return control(memory, EPOLL_CTL_DEL, fd, 0, 0);
    }

    /// Waits for events.
    ///
    /// @param timeoutNanos 0 does not wait, less waits for ever
    /// @return how many events can be read; 0 also after a signal
    int await(long timeoutNanos) {
        int count = nanoseconds ? awaitNanos(timeoutNanos) : awaitMillis(timeoutNanos);
        if (count >= 0) {
            return count;
        }
        if (count == -Errno.EINTR) {
            return 0;
        }
        if ((count == -Errno.ENOSYS || count == -Errno.EPERM) && nanoseconds) {
            nanoseconds = false; // a kernel before 5.11, or a sandbox that does not know the call or forbids it
            return await(timeoutNanos);
        }
        throw new IllegalStateException("epoll_wait failed: " + Errno.name(-count));
    }

    /// What happened to the descriptor of the event at `index`: EPOLLIN and so on.
    int eventsAt(int index) {
        return events.get(JAVA_INT, index * EVENT_BYTES);
    }

    /// The tag of the descriptor of the event at `index`.
    long tagAt(int index) {
        return events.get(JAVA_LONG_UNALIGNED, index * EVENT_BYTES + TAG_OFFSET);
    }

    /// True if the socket has failed.
    static boolean isFailure(int events) {
        return (events & (EPOLLERR | EPOLLHUP)) != 0;
    }

    /// Ends the wait, or the next one. After [#close] nothing happens: it holds a lock for one write(2), because the
    /// descriptor's number may belong to somebody else by then.
    synchronized void wakeup() {
        if (!closed) {
            Eventfd.signal(eventfd);
        }
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            Libc.close(eventfd);
            Libc.close(epoll);
        }
    }

    private int awaitNanos(long timeoutNanos) {
        long address = 0;
        if (timeoutNanos >= 0) {
            memory.set(JAVA_LONG, CallMemory.TIMESPEC, timeoutNanos / NANOS_PER_SECOND);
            memory.set(JAVA_LONG, CallMemory.TIMESPEC + Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
            address = memory.address() + CallMemory.TIMESPEC;
        }
        return Libc.epollPwait2(memory, epoll, events.address(), EVENTS_MAX, address);
    }

    private int awaitMillis(long timeoutNanos) {
        long millis = timeoutNanos < 0 ? -1 : (timeoutNanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
        return Libc.epollWait(
                memory, epoll, events.address(), EVENTS_MAX, (int) Math.min(millis, Integer.MAX_VALUE));
    }

    private int control(MemorySegment memory, int operation, int fd, int events, long tag) {
        memory.set(JAVA_INT, CallMemory.EVENT, events);
        memory.set(JAVA_LONG_UNALIGNED, CallMemory.EVENT + TAG_OFFSET, tag);
        return Libc.epollCtl(memory, epoll, operation, fd, memory.address() + CallMemory.EVENT);
    }

    private static int require(String call, int result) throws IOException {
        if (result < 0) {
            throw new IOException(call + " failed: " + Errno.name(-result) + Errno.remedy(-result));
        }
        return result;
    }
}
