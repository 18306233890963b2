package dev.partita.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The numbers of the socket calls.
public final class Sockets {
    // include/linux/socket.h
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    /// send(2): a peer that is gone is an error (EPIPE), not a signal.
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_DONTWAIT = 0x40;
    /// recvmsg(2): not all descriptors of the message could be made.
    static final int MSG_CTRUNC = 0x8;
    /// recvmsg(2): descriptors that arrive are not inherited by child processes.
    static final int MSG_CMSG_CLOEXEC = 0x40000000;
    /// sendmsg(2), unix(7): the message carries descriptors.
    static final int SCM_RIGHTS = 1;
    /// send(2): more follows at once, so that a segment that is not full may wait for it.
    public static final int MSG_MORE = 0x8000;
    /// What every send has.
    public static final int SEND_FLAGS = MSG_NOSIGNAL | MSG_DONTWAIT;

    // include/linux/net.h
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_SEQPACKET = 5;
    /// Accepted and listening sockets never block and are not inherited by child processes.
    public static final int SOCK_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;

    // include/uapi/asm-generic/socket.h, the same on x86-64 and aarch64
    static final int SOL_SOCKET = 1;
    static final int SO_REUSEADDR = 2;
    static final int SO_TYPE = 3;
    private static final int SO_ERROR = 4;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_KEEPALIVE = 9;
    static final int SO_LINGER = 13;
    static final int SO_REUSEPORT = 15;
    static final int SO_PEERCRED = 17;
    static final int SO_ACCEPTCONN = 30;
    static final int SO_DOMAIN = 39;
    static final int SO_BUSY_POLL = 46;
    static final int SO_INCOMING_CPU = 49;

    // include/uapi/linux/in.h, in6.h
    static final int IPPROTO_IP = 0;
    static final int IP_BIND_ADDRESS_NO_PORT = 24;
    static final int IPPROTO_TCP = 6;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_V6ONLY = 26;

    // include/uapi/linux/tcp.h
    static final int TCP_NODELAY = 1;
    static final int TCP_DEFER_ACCEPT = 9;
    static final int TCP_QUICKACK = 12;
    static final int TCP_CONGESTION = 13;
    static final int TCP_USER_TIMEOUT = 18;
    static final int TCP_FASTOPEN = 23;
    static final int TCP_NOTSENT_LOWAT = 25;

    private Sockets() {}

    /// Makes the next close(2) of a TCP socket send a reset and drop what is unsent: SO_LINGER with no time, `socket(7)`.
    public static void resetOnClose(MemorySegment memory, int fd) {
        linger(memory, fd, 0);
    }

    /// The error that the socket has and has told nobody of; 0 if there is none. Negative if it cannot be asked.
    public static int error(MemorySegment memory, int fd) {
        return Libc.getsockopt(memory, fd, SOL_SOCKET, SO_ERROR);
    }

    /// Who is at the other end of a socket; null if it is not connected any longer. Allocates.
    public static @Nullable SocketAddress peer(MemorySegment memory, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            return NativeAddress.peer(memory, fd, arena);
        }
    }

    /// Sets SO_LINGER, a `struct linger` of two ints.
    static int linger(MemorySegment memory, int fd, int seconds) {
        memory.set(JAVA_INT, CallMemory.VALUE, 1);
        memory.set(JAVA_INT, CallMemory.VALUE + Integer.BYTES, seconds);
        return Libc.setsockopt(
                memory, fd, SOL_SOCKET, SO_LINGER, memory.address() + CallMemory.VALUE, 2 * Integer.BYTES);
    }
}
