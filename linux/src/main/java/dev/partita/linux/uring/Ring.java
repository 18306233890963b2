package dev.partita.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.libc.MappedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// One io_uring: two rings that this process shares with the kernel, and the calls on them (`io_uring(7)`,
/// `io_uring_setup(2)`, `io_uring_enter(2)`, `io_uring_register(2)`).
///
///     submissions   we write an entry and move the tail ----> the kernel takes it during enter, and moves the head
///     completions   we take it and move the head <----------- the kernel writes an entry and moves the tail
///
/// Each side reads the other's index with acquire and writes its own with release. Entries of ours are in the kernel when
/// [#enter] has returned; the memory that they point at must live until their completion.
///
/// It may be made by any thread, and belongs to the one that calls [#enable] from then on: the kernel refuses others
/// (IORING_SETUP_SINGLE_ISSUER), and lets operations complete only while that thread is in [#enter] (DEFER_TASKRUN).
final class Ring {
    // include/uapi/linux/io_uring.h
    private static final int SETUP_CQSIZE = 1 << 3;
    private static final int SETUP_CLAMP = 1 << 4;
    private static final int SETUP_R_DISABLED = 1 << 6;
    private static final int SETUP_SUBMIT_ALL = 1 << 7;
    private static final int SETUP_COOP_TASKRUN = 1 << 8;
    private static final int SETUP_TASKRUN_FLAG = 1 << 9;
    private static final int SETUP_SINGLE_ISSUER = 1 << 12;
    private static final int SETUP_DEFER_TASKRUN = 1 << 13;
    private static final int SETUP_NO_SQARRAY = 1 << 16;
    /// What no kernel without multishot receive has: SINGLE_ISSUER came with it, in Linux 6.0.
    private static final int SETUP_ALWAYS =
            SETUP_CQSIZE | SETUP_CLAMP | SETUP_R_DISABLED | SETUP_SUBMIT_ALL | SETUP_TASKRUN_FLAG | SETUP_SINGLE_ISSUER;

    private static final int FEATURE_NO_IOWAIT = 1 << 17;

    private static final int ENTER_GETEVENTS = 1;
    private static final int ENTER_EXT_ARG = 1 << 3;
    private static final int ENTER_REGISTERED_RING = 1 << 4;
    private static final int ENTER_NO_IOWAIT = 1 << 7;

    private static final int REGISTER_ENABLE_RINGS = 12;
    private static final int REGISTER_RING_FDS = 20;
    private static final int UNREGISTER_RING_FDS = 21;
    private static final int REGISTER_PBUF_RING = 22;

    // In the flags of the submission ring: completions were put aside, or operations can complete in `enter`.
    private static final int CQ_OVERFLOW = 1 << 1;
    private static final int TASKRUN = 1 << 2;

    private static final byte POLL_ADD = 6;
    private static final byte ACCEPT = 13;
    private static final byte ASYNC_CANCEL = 14;
    private static final byte CLOSE = 19;
    private static final byte SEND = 26;
    private static final byte RECEIVE = 27;

    private static final int BUFFER_SELECT = 1 << 5;
    private static final int NO_COMPLETION_ON_SUCCESS = 1 << 6;
    private static final int POLL_MULTISHOT = 1;
    private static final int ACCEPT_MULTISHOT = 1;
    private static final int RECEIVE_POLL_FIRST = 1;
    private static final int RECEIVE_MULTISHOT = 1 << 1;

    /// Flag of a completion: it has one of the provided buffers, whose number is in the upper half.
    static final int HAS_BUFFER = 1;
    /// Flag of a completion: the operation goes on, and there will be more of it.
    static final int HAS_MORE = 1 << 1;

    // include/uapi/asm-generic/poll.h
    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int POLLERR = 8;
    private static final int POLLHUP = 16;

    // include/linux/socket.h
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_WAITALL = 0x100;
    private static final int MSG_NOSIGNAL = 0x4000;

    // struct io_uring_params and what it is made of
    private static final long PARAMS_BYTES = 120;
    private static final long PARAMS_COMPLETIONS = 4;
    private static final long PARAMS_FLAGS = 8;
    private static final long PARAMS_FEATURES = 20;
    private static final long PARAMS_SQ = 40;
    private static final long PARAMS_CQ = 80;
    private static final long HEAD = 0;
    private static final long TAIL = 4;
    private static final long MASK = 8;
    private static final long SQ_FLAGS = 16;
    private static final long SQ_ARRAY = 24;
    private static final long CQ_ENTRIES = 20;
    private static final long OFFSET_SQ_RING = 0;
    private static final long OFFSET_SQES = 0x1000_0000;

    private static final long SQE_BYTES = 64;
    private static final long CQE_BYTES = 16;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private static final VarHandle INT = JAVA_INT.varHandle();

    private final int fd;
    private final Features features;
    private final MemorySegment memory = CallMemory.allocate();
    private final MemorySegment rings;
    private final MemorySegment entries;
    private final int submissions;
    private final long submissionHead;
    private final long submissionTail;
    private final long flags;
    private final long completionHead;
    private final long completionTail;
    private final long completionEntries;
    private final int completionMask;
    /// The `struct io_uring_getevents_arg` of a wait, and the time it points at.
    private final MemorySegment wait;
    private static final long WAIT_BYTES = 24;
    private static final long WAIT_TIME = 16;
    private static final long TIMESPEC = 24;

    private int enterFd;
    private int enterFlags;
    private int waitFlags;
    /// The end of our entries, and of those that the kernel has taken; they never stop counting up.
    private int tail;
    private int submitted;
    private int head;

    /// What this kernel can do beyond what is always needed. Each has a fallback.
    ///
    /// @param deferTaskrun operations complete only in `enter`, not whenever the thread is in the kernel (6.1)
    /// @param noSubmissionArray the kernel takes entries in their order without an array of indices (6.6)
    /// @param noIowait a wait does not look like one for a disk in the system's statistics (6.15)
    record Features(boolean deferTaskrun, boolean noSubmissionArray, boolean noIowait) {
        /// All that is known.
        static final Features ALL = new Features(true, true, true);

        @Override
        public String toString() {
            return "defer-taskrun " + onOff(deferTaskrun) + ", no-sqarray " + onOff(noSubmissionArray) + ", no-iowait "
                    + onOff(noIowait);
        }

        private static String onOff(boolean on) {
            return on ? "on" : "off";
        }
    }

    /// Makes a ring, with what the kernel has of `wanted`.
    ///
    /// @param submissions how many entries fit before they have to be given to the kernel; a power of two
    /// @param completions how many fit before the kernel puts them aside; a power of two
    /// @param arena holds the memory; it is closed after [#close]
    /// @throws IOException if the kernel refuses; the message says what to do
    Ring(int submissions, int completions, Features wanted, Arena arena) throws IOException {
        this.submissions = submissions;
        MemorySegment params = arena.allocate(PARAMS_BYTES, Long.BYTES);
        wait = arena.allocate(64, 64);
        wait.set(JAVA_LONG, WAIT_TIME, wait.address() + TIMESPEC);
        int result = setup(params, submissions, completions, wanted);
        if (result < 0) {
            throw new IOException("io_uring_setup failed: " + Errno.name(-result) + "; " + reason(-result));
        }
        fd = result;
        enterFd = fd;
        int used = params.get(JAVA_INT, PARAMS_FLAGS);
        boolean noIowait = wanted.noIowait && (params.get(JAVA_INT, PARAMS_FEATURES) & FEATURE_NO_IOWAIT) != 0;
        features = new Features((used & SETUP_DEFER_TASKRUN) != 0, (used & SETUP_NO_SQARRAY) != 0, noIowait);
        long sq = PARAMS_SQ;
        long cq = PARAMS_CQ;
        try {
            int sizeOfCompletions = params.get(JAVA_INT, PARAMS_COMPLETIONS);
            completionEntries = params.get(JAVA_INT, cq + CQ_ENTRIES);
            long array = params.get(JAVA_INT, sq + SQ_ARRAY);
            long bytes = Math.max(completionEntries + sizeOfCompletions * CQE_BYTES,
                    features.noSubmissionArray ? 0 : array + (long) submissions * Integer.BYTES);
            rings = MappedMemory.mapShared(fd, OFFSET_SQ_RING, bytes, arena);
            entries = MappedMemory.mapShared(fd, OFFSET_SQES, submissions * SQE_BYTES, arena);
            submissionHead = params.get(JAVA_INT, sq + HEAD);
            submissionTail = params.get(JAVA_INT, sq + TAIL);
            flags = params.get(JAVA_INT, sq + SQ_FLAGS);
            completionHead = params.get(JAVA_INT, cq + HEAD);
            completionTail = params.get(JAVA_INT, cq + TAIL);
            completionMask = rings.get(JAVA_INT, params.get(JAVA_INT, cq + MASK));
            if (!features.noSubmissionArray) {
                for (int i = 0; i < submissions; i++) {
                    rings.set(JAVA_INT, array + (long) i * Integer.BYTES, i);
                }
            }
        } catch (IOException failure) {
            Libc.close(fd);
            throw failure;
        }
        waitFlags = ENTER_GETEVENTS | ENTER_EXT_ARG | (noIowait ? ENTER_NO_IOWAIT : 0);
    }

    /// Asks for everything, and for less where that is not known.
    private int setup(MemorySegment params, int submissions, int completions, Features wanted) {
        int noArray = wanted.noSubmissionArray ? SETUP_NO_SQARRAY : 0;
        int taskrun = wanted.deferTaskrun ? SETUP_DEFER_TASKRUN : SETUP_COOP_TASKRUN;
        int result = -Errno.EINVAL;
        for (int optional : new int[]{taskrun | noArray, taskrun, SETUP_COOP_TASKRUN}) {
            if (result == -Errno.EINVAL) {
                params.fill((byte) 0);
                params.set(JAVA_INT, PARAMS_FLAGS, SETUP_ALWAYS | optional);
                params.set(JAVA_INT, PARAMS_COMPLETIONS, completions);
                result = Libc.ioUringSetup(memory, submissions, params.address());
            }
        }
        return result;
    }

    private static String reason(int errno) {
        return switch (errno) {
            case Errno.ENOSYS -> "this kernel or sandbox has no io_uring: use --transport epoll";
            case Errno.EPERM -> "io_uring is forbidden here, by the setting kernel.io_uring_disabled or by a sandbox"
                    + " (seccomp): use --transport epoll, or allow it";
            case Errno.EINVAL -> "io_uring of this kernel is too old, Linux 6.0 is needed: use --transport epoll";
            case Errno.ENOMEM -> "there is no memory for it, or the limit on locked memory is too low (ulimit -l)";
            case Errno.EMFILE -> "raise the limit on open files (ulimit -n)";
            default -> "use --transport epoll";
        };
    }

    /// What is in use, for people; after [#enable].
    String describe() {
        return "as of Linux 6.0 (single-issuer, submit-all, cqsize, multishot accept, multishot receive, buffer ring), "
                + "registered-ring " + Features.onOff(enterFlags == ENTER_REGISTERED_RING) + ", " + features;
    }

    /// How many completions fit.
    int completions() {
        return completionMask + 1;
    }

    /// Says that the calling thread is the one that will use it from now on.
    void enable() {
        int result = Libc.ioUringRegister(memory, fd, REGISTER_ENABLE_RINGS, 0, 0);
        if (result < 0) {
            throw new IllegalStateException("IORING_REGISTER_ENABLE_RINGS failed: " + Errno.name(-result));
        }
        registerItself();
    }

    /// Lets the kernel find the ring without a look at the process's table of descriptors: IORING_REGISTER_RING_FDS, which
    /// is the thread's, so it ends with it. Without it everything works as well.
    private void registerItself() {
        MemorySegment update = wait; // 16 bytes of it, before the first wait: struct io_uring_rsrc_update
        update.set(JAVA_INT, 0, -1);
        update.set(JAVA_INT, 4, 0);
        update.set(JAVA_LONG, 8, fd);
        if (Libc.ioUringRegister(memory, fd, REGISTER_RING_FDS, update.address(), 1) == 1) {
            enterFd = update.get(JAVA_INT, 0);
            enterFlags = ENTER_REGISTERED_RING;
            waitFlags |= ENTER_REGISTERED_RING;
        }
        update.set(JAVA_LONG, 0, 0);
        update.set(JAVA_LONG, 8, 0);
    }

    /// Ends that: what is registered holds the ring as long as its thread lives.
    void leave() {
        if (enterFlags == ENTER_REGISTERED_RING) {
            MemorySegment update = wait;
            update.set(JAVA_INT, 0, enterFd);
            update.set(JAVA_INT, 4, 0);
            update.set(JAVA_LONG, 8, 0);
            Libc.ioUringRegister(memory, fd, UNREGISTER_RING_FDS, update.address(), 1);
            enterFd = fd;
            enterFlags = 0;
            waitFlags &= ~ENTER_REGISTERED_RING;
        }
    }

    /// Registers the ring from which the kernel takes buffers for receives: `struct io_uring_buf_reg`.
    void registerBuffers(MemorySegment buffers, int count) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment registration = arena.allocate(40, Long.BYTES);
            registration.set(JAVA_LONG, 0, buffers.address());
            registration.set(JAVA_INT, 8, count);
            int result = Libc.ioUringRegister(memory, fd, REGISTER_PBUF_RING, registration.address(), 1);
            if (result < 0) {
                throw new IOException("IORING_REGISTER_PBUF_RING failed: " + Errno.name(-result));
            }
        }
    }

    // Submitting. Every operation has a number, which comes back with its completion.

    /// Accepts connections, one completion each, until an error.
    void accept(int listener, int acceptFlags, long number) {
        add(ACCEPT, 0, ACCEPT_MULTISHOT, listener, 0, 0, acceptFlags, number);
    }

    /// Receives once, into a provided buffer.
    void receiveOnce(int socket, long number) {
        add(RECEIVE, BUFFER_SELECT, 0, socket, 0, 0, 0, number);
    }

    /// Receives into provided buffers, one completion each, until the end, an error, or a lack of buffers.
    void receive(int socket, long number) {
        add(RECEIVE, BUFFER_SELECT, RECEIVE_MULTISHOT | RECEIVE_POLL_FIRST, socket, 0, 0, 0, number);
    }

    /// Sends at once or not at all, and is over when [#submit] has returned. It completes only if it could not send
    /// everything: with the number of bytes that were sent, or an error.
    ///
    /// MSG_DONTWAIT keeps the kernel from waiting for room, so no memory is needed afterwards; MSG_WAITALL makes a part a
    /// failure, which is told although success is not.
    void send(int socket, long address, int bytes, long number) {
        add(SEND, NO_COMPLETION_ON_SUCCESS, 0, socket, address, bytes, MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL,
                number);
    }

    /// Completes once the descriptor can be written, or has failed.
    void awaitOutput(int descriptor, long number) {
        add(POLL_ADD, 0, 0, descriptor, 0, 0, POLLOUT, number);
    }

    /// Completes once there is something to read from the descriptor, or it has failed.
    void awaitInput(int descriptor, long number) {
        add(POLL_ADD, 0, 0, descriptor, 0, 0, POLLIN, number);
    }

    /// True if the result of [#awaitOutput] says that the descriptor has failed.
    static boolean isFailure(int result) {
        return result < 0 || (result & (POLLERR | POLLHUP)) != 0;
    }

    /// Completes each time that something is written to an eventfd.
    void watch(int eventfd, long number) {
        add(POLL_ADD, 0, 0, eventfd, 0, POLL_MULTISHOT, POLLIN, number);
    }

    /// Ends the operation of that number, which then completes with ECANCELED unless it has completed before.
    ///
    /// @param number of the cancelling itself, which completes only if there was nothing to cancel
    void cancel(long operation, long number) {
        add(ASYNC_CANCEL, NO_COMPLETION_ON_SUCCESS, 0, -1, operation, 0, 0, number);
    }

    /// Closes a descriptor. What operations still hold of it stays open until they are over.
    void close(int descriptor, long number) {
        add(CLOSE, NO_COMPLETION_ON_SUCCESS, 0, descriptor, 0, 0, 0, number);
    }

    /// The `struct io_uring_sqe` of an operation.
    private void add(
            byte operation, int entryFlags, int priority, int descriptor, long address, int length, int operationFlags,
            long number) {
        if (isFull()) {
            submit();
        }
        long at = (tail & submissions - 1) * SQE_BYTES;
        entries.set(JAVA_INT, at, operation | entryFlags << 8 | priority << 16);
        entries.set(JAVA_INT, at + 4, descriptor);
        entries.set(JAVA_LONG, at + 8, 0);
        entries.set(JAVA_LONG, at + 16, address);
        entries.set(JAVA_INT, at + 24, length);
        entries.set(JAVA_INT, at + 28, operationFlags);
        entries.set(JAVA_LONG, at + 32, number);
        entries.set(JAVA_LONG, at + 40, 0);
        entries.set(JAVA_LONG, at + 48, 0);
        entries.set(JAVA_LONG, at + 56, 0);
        tail++;
    }

    /// True if no further entry fits before the others are submitted.
    boolean isFull() {
        return tail - submitted == submissions;
    }

    /// True if there is anything to do without a wait: entries are to be submitted, operations can complete, completions were
    /// put aside, or have come with another call (without DEFER_TASKRUN).
    boolean hasWork() {
        return tail != submitted
                || arrived() != 0
                || ((int) INT.getAcquire(rings, flags) & (CQ_OVERFLOW | TASKRUN)) != 0;
    }

    /// True if completions were put aside, for which there was no room. All later ones are put behind them, until a call that
    /// lets operations complete has brought them back.
    boolean hasPutAside() {
        return ((int) INT.getAcquire(rings, flags) & CQ_OVERFLOW) != 0;
    }

    /// Gives the kernel all entries. None of them is left when this returns.
    void submit() {
        while (tail != submitted) {
            enter(0, enterFlags, 0, 0);
            if (tail != submitted) {
                Thread.onSpinWait(); // no memory for a request; without it nothing here goes on, and it comes back
            }
        }
    }

    /// Gives the kernel all entries, and lets operations complete that can.
    void submitAndComplete() {
        enter(0, enterFlags | ENTER_GETEVENTS, 0, 0);
        submit();
    }

    /// Gives the kernel all entries, and waits for a completion.
    ///
    /// @param timeoutNanos at most so long; less than 0 for ever
    void submitAndWait(long timeoutNanos) {
        if (timeoutNanos < 0) {
            wait.set(JAVA_LONG, WAIT_TIME, 0);
        } else {
            wait.set(JAVA_LONG, WAIT_TIME, wait.address() + TIMESPEC);
            wait.set(JAVA_LONG, TIMESPEC, timeoutNanos / NANOS_PER_SECOND);
            wait.set(JAVA_LONG, TIMESPEC + Long.BYTES, timeoutNanos % NANOS_PER_SECOND);
        }
        enter(1, waitFlags, wait.address(), WAIT_BYTES);
        submit();
    }

    private void enter(int minComplete, int flagsOfCall, long argument, long bytes) {
        INT.setRelease(rings, submissionTail, tail);
        int result = Libc.ioUringEnter(enterFd, tail - submitted, minComplete, flagsOfCall, argument, bytes);
        submitted = (int) INT.getAcquire(rings, submissionHead);
        if (result < 0) {
            requireWell();
        }
    }

    /// After a call that has failed. Most often the time was over, or a signal came; and of what else can be wrong now some
    /// passes: no memory for a request, or to put a completion aside, which the deadline of its connection notices.
    private void requireWell() {
        int result = Libc.ioUringEnterNothing(memory, enterFd, enterFlags);
        switch (-result) {
            case 0, Errno.EINTR, Errno.EAGAIN, Errno.EBADR, Errno.EBUSY -> {}
            default -> throw new IllegalStateException("io_uring_enter failed: " + Errno.name(-result));
        }
    }

    // Completions.

    /// How many there are.
    int arrived() {
        return (int) INT.getAcquire(rings, completionTail) - head;
    }

    /// The number of the operation of the completion at `index`, 0 to `arrived() - 1`.
    long numberAt(int index) {
        return rings.get(JAVA_LONG, at(index));
    }

    /// Its result: not negative, or an error with its sign changed.
    int resultAt(int index) {
        return rings.get(JAVA_INT, at(index) + 8);
    }

    /// Its flags, and the number of its buffer in the upper half.
    int flagsAt(int index) {
        return rings.get(JAVA_INT, at(index) + 12);
    }

    private long at(int index) {
        return completionEntries + (head + index & completionMask) * CQE_BYTES;
    }

    /// Says that the first `count` were read.
    void taken(int count) {
        head += count;
        INT.setRelease(rings, completionHead, head);
    }

    /// Frees the descriptor. Operations that are under way end.
    void close() {
        Libc.close(fd);
    }
}
