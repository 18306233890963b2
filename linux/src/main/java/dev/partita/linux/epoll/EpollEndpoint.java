package dev.partita.linux.epoll;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.partita.connection.Buffer;
import dev.partita.connection.Close;
import dev.partita.connection.Endpoint;
import dev.partita.connection.OpenFile;
import dev.partita.linux.file.LinuxFile;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.socket.Sockets;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// A non-blocking socket, whose bytes are moved by plain calls, and what is known of it without asking the kernel. That of the
/// io_uring transport is one too, where no ring moves its bytes.
///
/// Edge-triggered epoll tells a change once. The two latches remember it until it is used up:
///
/// - `readable`: a receive may find something. It is set by an event, and cleared by a receive that did not fill its buffer,
///   which on a stream means that the socket is empty (`epoll(7)`, "Do I need to continuously read"). So a request costs
///   one recv(2), not a second one that finds nothing.
/// - `hungUp`: the peer's end or an error is known to be waiting behind the data, and no further event will tell it. It
///   keeps `readable` set.
///
/// There is no latch for writing: a send is tried at once, and a writer that waits is woken by the next event, so nothing
/// that a stage does with a lent connection can disturb what the loop knows.
///
/// All plain fields belong to the connection's owner. `generation` and `signals` are for the threads that wait on behalf of
/// others.
public class EpollEndpoint extends Endpoint {
    // What the poller was asked for last.

    /// Nothing.
    public static final byte NOTHING = 0;
    /// That it can be read.
    public static final byte READ = 1;
    /// That it can be written.
    public static final byte WRITE = 2;
    /// That it is connected, or cannot be.
    public static final byte CONNECT = 3;

    /// What every connection is watched for, once and for all.
    private static final int WATCHED = EpollSet.EPOLLIN | EpollSet.EPOLLRDHUP | EpollSet.EPOLLET;

    /// A longer transfer would keep the loop from its other connections.
    private static final long TRANSFER_BYTES_MAX = 1 << 20;

    private static final VarHandle SIGNALS;

    static {
        try {
            SIGNALS = MethodHandles.lookup().findVarHandle(EpollEndpoint.class, "signals", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private int fd = -1;
    private boolean readable;
    private boolean hungUp;
    private byte asked;
    /// True once EPOLLOUT is watched for. It is not from the start, since a fresh socket can always be written and would be
    /// told of at once: a connection for one request then took 2.6 epoll_pwait2 instead of 1.95 (`perf stat`, one client,
    /// kernel 6.18). It is never taken back, since without a full socket it makes no event.
    private boolean outputWatched;
    /// Counts the conversations of this slot, so that an event of an earlier one is recognised. See [#tag].
    private volatile int generation;
    /// What the thread that parks on this connection and the one that watches for it tell each other; see [EpollParking].
    @SuppressWarnings("unused") // by way of SIGNALS
    private volatile int signals;
    /// For the calls of a virtual thread. Null under every other model.
    private @Nullable MemorySegment ownMemory;

    // Its life.

    /// Begins a conversation on a socket that was just accepted. What the peer has sent by now can be received at once.
    public void open(int accepted) {
        fd = accepted;
        readable = true;
        hungUp = false;
        asked = NOTHING;
        outputWatched = false;
        signals = 0;
        generation = nextGeneration();
    }

    /// Begins a conversation on a socket that is connecting or has just connected. What arrives is told by an event.
    void openOwn(int connecting) {
        open(connecting);
        readable = false;
    }

    @Override
    public @Nullable SocketAddress peer() {
        return fd < 0 ? null : Sockets.peer(memory(), fd);
    }

    @Override
    public void shutdownOutput() {
        if (fd >= 0) {
            Libc.shutdown(memory(), fd, Sockets.SHUT_WR);
        }
    }

    @Override
    public void close(Close how) {
        int ended = end(how);
        if (ended >= 0) {
            Libc.close(ended);
        }
    }

    /// Ends the conversation.
    ///
    /// @return the descriptor, for its caller to close; -1 if there was no conversation
    protected final int end(Close how) {
        int open = fd;
        if (open >= 0) {
            // Before the number is free: whatever is still told of it is of the past.
            generation = nextGeneration();
            fd = -1;
            asked = NOTHING;
            if (how == Close.ABORT) {
                Sockets.resetOnClose(memory(), open);
            }
        }
        return open;
    }

    // Moving bytes.

    @Override
    public int receive(Buffer into) {
        if (!readable) {
            return AGAIN;
        }
        int room = into.room();
        MemorySegment memory = memory();
        int received;
        do {
            received = Libc.recv(memory, fd, into.endAddress(), room, 0);
        } while (received == -Errno.EINTR);
        if (received > 0) {
            into.received(received);
            readable = received == room || hungUp;
            return received;
        }
        return received == 0 ? END : nothingReceived(-received);
    }

    @Override
    public void doubt() {
        readable = true;
    }

    @Override
    public int send(Buffer from, boolean more) {
        int flags = more ? Sockets.SEND_FLAGS | Sockets.MSG_MORE : Sockets.SEND_FLAGS;
        MemorySegment memory = memory();
        int sent;
        do {
            sent = Libc.send(memory, fd, from.startAddress(), from.length(), flags);
        } while (sent == -Errno.EINTR);
        if (sent > 0) {
            from.skip(sent);
            return sent;
        }
        return sent == -Errno.EAGAIN ? AGAIN : BROKEN;
    }

    @Override
    public long transfer(OpenFile file, long position, long bytesMax, Buffer scratch) {
        if (!(file instanceof LinuxFile ours) || !ours.isOpen()) {
            return copy(file, position, bytesMax, scratch);
        }
        MemorySegment memory = memory();
        memory.set(JAVA_LONG, CallMemory.OFFSET, position);
        long offset = memory.address() + CallMemory.OFFSET;
        long sent;
        do {
            sent = Libc.sendfile(memory, fd, ours.fd(), offset, Math.min(bytesMax, TRANSFER_BYTES_MAX));
        } while (sent == -Errno.EINTR);
        if (sent > 0) {
            return sent;
        }
        if (sent == -Errno.EAGAIN) {
            return AGAIN;
        }
        // EINVAL: a file system that cannot feed a socket. 0: the file has become shorter than its reply says.
        return sent == -Errno.EINVAL ? copy(file, position, bytesMax, scratch) : BROKEN;
    }

    /// Reads into the room that outbound has, and sends from there.
    private long copy(OpenFile file, long position, long bytesMax, Buffer scratch) {
        try {
            int read = file.read(position, scratch, (int) Math.min(bytesMax, scratch.room()));
            if (read <= 0) {
                return BROKEN;
            }
            return send(scratch, read < bytesMax) == BROKEN ? BROKEN : read;
        } catch (IOException failure) {
            return BROKEN;
        }
    }

    private int nothingReceived(int errno) {
        if (errno == Errno.EAGAIN) {
            readable = false;
            hungUp = false;
            return AGAIN;
        }
        return BROKEN;
    }

    // For the threads that wait.

    /// The descriptor; less than 0 between two conversations.
    public final int fd() {
        return fd;
    }

    /// Which conversation of its slot this is; not negative.
    public final int generation() {
        return generation;
    }

    /// The number that this conversation's events carry: the slot in its lower half, the generation in the upper, and never
    /// negative.
    final long tag(int slot) {
        return (long) generation << 32 | slot;
    }

    /// True if `tag` belongs to the present conversation.
    final boolean isCurrent(long tag) {
        return (int) (tag >>> 32) == generation;
    }

    /// Latches events.
    ///
    /// @return true if they are what was asked for; that is over then
    boolean happened(int events) {
        if ((events & (EpollSet.EPOLLRDHUP | EpollSet.EPOLLHUP | EpollSet.EPOLLERR)) != 0) {
            readable = true;
            hungUp = true;
        } else if ((events & EpollSet.EPOLLIN) != 0) {
            readable = true;
        }
        boolean wanted = switch (asked) {
            case READ -> readable;
            case WRITE, CONNECT -> (events & EpollSet.EPOLLOUT) != 0 || EpollSet.isFailure(events);
            default -> false;
        };
        if (wanted) {
            asked = NOTHING;
        }
        return wanted;
    }

    /// Says what the next event is wanted for: [#READ], [#WRITE] or [#NOTHING].
    public final void ask(byte what) {
        asked = what;
    }

    /// What the poller was asked for last.
    public final byte asked() {
        return asked;
    }

    /// Says that nothing has come yet, so that no receive has to ask.
    protected final void hasNothing() {
        readable = false;
    }

    /// Says that a receive may find something.
    public final void mayRead() {
        readable = true;
    }

    /// Says that what comes last is there: the end, or an error.
    void mayEnd() {
        readable = true;
        hungUp = true;
    }

    /// Begins to watch.
    void watch(EpollSet set, int slot) {
        if (set.add(memory(), fd, WATCHED, tag(slot)) < 0) {
            shut();
        }
    }

    /// Begins to watch a socket that is being connected: room in it is the sign that it is.
    ///
    /// @return false if the kernel has no memory for that
    boolean watchConnecting(EpollSet set, int slot) {
        asked = CONNECT;
        outputWatched = true;
        return set.add(memory(), fd, WATCHED | EpollSet.EPOLLOUT, tag(slot)) >= 0;
    }

    /// True while the socket is being connected.
    public final boolean isConnecting() {
        return asked == CONNECT;
    }

    /// Begins to watch for room in the socket as well, unless that was done before.
    void watchOutput(EpollSet set, int slot) {
        if (!outputWatched) {
            outputWatched = true;
            if (set.modify(memory(), fd, WATCHED | EpollSet.EPOLLOUT, tag(slot)) < 0) {
                shut();
            }
        }
    }

    /// The kernel has no memory for watching this socket, so no event would ever come. The next receive or send finds it
    /// shut.
    private void shut() {
        Libc.shutdown(memory(), fd, Sockets.SHUT_RDWR);
        mayEnd();
    }

    /// The present signals. From any thread.
    int signals() {
        return signals;
    }

    /// Adds signals and returns those before. From any thread.
    int signal(int added) {
        return (int) SIGNALS.getAndBitwiseOr(this, added);
    }

    /// Takes signals away and returns those before.
    int unsignal(int taken) {
        return (int) SIGNALS.getAndBitwiseAnd(this, ~taken);
    }

    /// Gives the connection memory of its own for calls, because its owners are virtual threads.
    void useOwnMemory() {
        if (ownMemory == null) {
            ownMemory = CallMemory.allocate();
        }
    }

    /// The memory for the calls of the present owner.
    protected final MemorySegment memory() {
        MemorySegment own = ownMemory;
        return own != null ? own : CallMemory.ofThread();
    }

    private int nextGeneration() {
        return generation + 1 & Integer.MAX_VALUE;
    }
}
