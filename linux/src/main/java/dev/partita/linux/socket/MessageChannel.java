package dev.partita.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Messages between two processes of this machine, which can carry descriptors: a unix socket of kind SOCK_SEQPACKET, which
/// keeps the ends of messages (`unix(7)`). No call waits. For any thread.
///
///     struct msghdr     56 bytes: name, its length, iovec, 1, control, its length, flags    (`recvmsg(2)`)
///     struct iovec      16 bytes: the message and its length
///     struct cmsghdr    16 bytes: length, SOL_SOCKET, SCM_RIGHTS, and the descriptors behind  (`cmsg(3)`)
public final class MessageChannel implements AutoCloseable {
    /// The longest message.
    public static final int BYTES_MAX = 64 << 10;
    /// The most descriptors in a message; the kernel's own bound is 253 (SCM_MAX_FD, `include/net/scm.h`).
    public static final int DESCRIPTORS_MAX = 128;

    private static final long IOV = 16;
    private static final long IOVLEN = 24;
    private static final long CONTROL = 32;
    private static final long CONTROLLEN = 40;
    private static final long FLAGS = 48;
    private static final long MSGHDR_BYTES = 56;
    private static final long IOVEC_BYTES = 16;
    private static final long CMSGHDR_BYTES = 16;
    private static final long CMSG_BYTES = CMSGHDR_BYTES + DESCRIPTORS_MAX * Integer.BYTES;

    /// A message that has come.
    public static final class Received {
        private final byte[] bytes;
        private final int[] descriptors;
        private final boolean truncated;

        private Received(byte[] bytes, boolean truncated, int... descriptors) {
            this.bytes = bytes;
            this.truncated = truncated;
            this.descriptors = descriptors;
        }

        /// What it says; empty at the end.
        public byte[] bytes() {
            return bytes;
        }

        /// What came along. Whoever takes the message has to close them.
        public int[] descriptors() {
            return descriptors;
        }

        /// True if descriptors that were sent along are lost, since this process may not have so many.
        public boolean isTruncated() {
            return truncated;
        }

        /// True if no further message will come: the other side has closed, or is gone.
        public boolean isEnd() {
            return bytes.length == 0;
        }

        /// The only descriptor, or a negative number if there is none.
        public int descriptor() {
            return descriptors.length == 0 ? -1 : descriptors[0];
        }
    }

    /// Who is at the other end.
    public record Peer(int pid, int uid) {}

    private final int fd;
    private final MemorySegment memory = CallMemory.allocate();
    private final MemorySegment message = Arena.ofAuto().allocate(MSGHDR_BYTES + IOVEC_BYTES + CMSG_BYTES, Long.BYTES);
    private @Nullable MemorySegment bytes;
    private boolean closed;

    MessageChannel(int fd) {
        this.fd = fd;
    }

    /// Takes over the descriptor of a channel that came from another process.
    public static MessageChannel adopt(int fd) {
        return new MessageChannel(fd);
    }

    /// Connects to the socket at `path`.
    ///
    /// @throws IOException if nobody answers there; the message says so
    public static MessageChannel connect(Path path) throws IOException {
        MemorySegment memory = CallMemory.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            NativeAddress address = NativeAddress.of("connect to", UnixDomainSocketAddress.of(path), arena);
            int fd = Libc.socket(
                    memory, Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET | Sockets.SOCK_NONBLOCK_CLOEXEC, 0);
            int result = fd < 0
                    ? fd
                    : Libc.connect(memory, fd, address.bytes().address(), (int) address.bytes().byteSize());
            if (result < 0) {
                if (fd >= 0) {
                    Libc.close(fd);
                }
                throw new IOException("cannot connect to " + path + ": " + Errno.name(-result) + switch (-result) {
                    case Errno.ENOENT -> "; there is no such file";
                    case Errno.ECONNREFUSED -> "; nobody listens there any longer";
                    case Errno.EACCES -> "; it belongs to another user";
                    default -> "";
                });
            }
            return new MessageChannel(fd);
        }
    }

    /// Two channels that are each other's other end.
    public static MessageChannel[] pair() throws IOException {
        MemorySegment memory = CallMemory.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(2 * Integer.BYTES, Integer.BYTES);
            int result = Libc.socketpair(memory, Sockets.AF_UNIX,
                    Sockets.SOCK_SEQPACKET | Sockets.SOCK_NONBLOCK_CLOEXEC, 0, pair.address());
            if (result < 0) {
                throw new IOException("socketpair failed: " + Errno.name(-result) + Errno.remedy(-result));
            }
            return new MessageChannel[]{new MessageChannel(pair.getAtIndex(JAVA_INT, 0)),
                new MessageChannel(pair.getAtIndex(JAVA_INT, 1))};
        }
    }

    /// The descriptor, to wait for.
    public int fd() {
        return fd;
    }

    /// Who is at the other end, as the kernel knows it since the connection was made (SO_PEERCRED, `unix(7)`).
    public synchronized Peer peer() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ucred = arena.allocate(3 * Integer.BYTES, Integer.BYTES); // pid, uid, gid
            MemorySegment size = arena.allocateFrom(JAVA_INT, 3 * Integer.BYTES);
            int result = Libc.getsockopt(
                    memory, fd, Sockets.SOL_SOCKET, Sockets.SO_PEERCRED, ucred.address(), size.address());
            if (result < 0) {
                throw new IOException("getsockopt SO_PEERCRED failed: " + Errno.name(-result));
            }
            return new Peer(ucred.getAtIndex(JAVA_INT, 0), ucred.getAtIndex(JAVA_INT, 1));
        }
    }

    /// Sends a message.
    ///
    /// @param descriptors copies of them arrive with it; these stay the caller's
    /// @return false if the other side is gone, or does not read and there is no room
    public synchronized boolean send(byte[] text, int... descriptors) {
        if (text.length == 0 || text.length > BYTES_MAX || descriptors.length > DESCRIPTORS_MAX) {
            throw new IllegalArgumentException(text.length + " bytes and " + descriptors.length + " descriptors");
        }
        if (closed) {
            return false;
        }
        MemorySegment.copy(text, 0, room(), JAVA_BYTE, 0, text.length);
        prepare(text.length, descriptors.length);
        long control = MSGHDR_BYTES + IOVEC_BYTES;
        for (int i = 0; i < descriptors.length; i++) {
            message.set(JAVA_INT, control + CMSGHDR_BYTES + (long) i * Integer.BYTES, descriptors[i]);
        }
        int sent = -Errno.EINTR;
        while (sent == -Errno.EINTR) {
            sent = Libc.sendmsg(memory, fd, message.address(), Sockets.SEND_FLAGS);
        }
        return sent == text.length;
    }

    /// Takes the next message.
    ///
    /// @return null if none is here
    public synchronized @Nullable Received receive() {
        if (closed) {
            return new Received(new byte[0], false);
        }
        prepare(BYTES_MAX, DESCRIPTORS_MAX);
        int received = Libc.recvmsg(
                memory, fd, message.address(), Sockets.MSG_DONTWAIT | Sockets.MSG_CMSG_CLOEXEC);
        if (received == -Errno.EAGAIN || received == -Errno.EINTR) {
            return null;
        }
        return received <= 0
                ? new Received(new byte[0], false) // the end, or ECONNRESET: the other side was killed
                : new Received(
                        room().asSlice(0, received).toArray(JAVA_BYTE),
                        (message.get(JAVA_INT, FLAGS) & Sockets.MSG_CTRUNC) != 0,
                        descriptors());
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Libc.close(fd);
        }
    }

    private MemorySegment room() {
        MemorySegment room = bytes;
        if (room == null) {
            room = Arena.ofAuto().allocate(BYTES_MAX);
            bytes = room;
        }
        return room;
    }

    /// Fills in the structures for a message of so many bytes and descriptors at most.
    private void prepare(int length, int descriptors) {
        long control = MSGHDR_BYTES + IOVEC_BYTES;
        message.asSlice(0, MSGHDR_BYTES).fill((byte) 0);
        message.set(JAVA_LONG, IOV, message.address() + MSGHDR_BYTES);
        message.set(JAVA_LONG, IOVLEN, 1);
        message.set(JAVA_LONG, MSGHDR_BYTES, room().address());
        message.set(JAVA_LONG, MSGHDR_BYTES + Long.BYTES, length);
        if (descriptors > 0) {
            long used = CMSGHDR_BYTES + (long) descriptors * Integer.BYTES;
            message.set(JAVA_LONG, CONTROL, message.address() + control);
            message.set(JAVA_LONG, CONTROLLEN, (used + 7) & -8);
            message.set(JAVA_LONG, control, used);
            message.set(JAVA_INT, control + 8, Sockets.SOL_SOCKET);
            message.set(JAVA_INT, control + 12, Sockets.SCM_RIGHTS);
        }
    }

    /// Those of the message that was just received. The kernel sends all of a message's in one piece.
    private int[] descriptors() {
        long control = MSGHDR_BYTES + IOVEC_BYTES;
        if (message.get(JAVA_LONG, CONTROLLEN) < CMSGHDR_BYTES
                || message.get(JAVA_INT, control + 12) != Sockets.SCM_RIGHTS) {
            return new int[0];
        }
        int count = (int) ((message.get(JAVA_LONG, control) - CMSGHDR_BYTES) / Integer.BYTES);
        return message.asSlice(control + CMSGHDR_BYTES, (long) count * Integer.BYTES).toArray(JAVA_INT);
    }
}
