package dev.partita.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import org.jspecify.annotations.Nullable;

/// An address as the kernel takes it: `struct sockaddr_in` (`ip(7)`), `sockaddr_in6` (`ipv6(7)`), `sockaddr_un`
/// (`unix(7)`).
///
/// @param family AF_INET, AF_INET6 or AF_UNIX
/// @param bytes the structure, as long as the call is told
record NativeAddress(int family, MemorySegment bytes) {
    private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final long PORT_OFFSET = 2;

    private static final long IN_BYTES = 16;
    private static final long IN_ADDRESS = 4;

    private static final long IN6_BYTES = 28;
    private static final long IN6_ADDRESS = 8;
    private static final long IN6_SCOPE = 24;

    private static final long UN_BYTES = 110;
    private static final long UN_PATH = 2;
    /// `sun_path` has 108 bytes, and the last one is zero.
    static final int UN_PATH_BYTES_MAX = 107;

    /// @param purpose what it is for, such as `listen on`, for the message
    /// @throws IOException if there is no such address on Linux; the message names it
    static NativeAddress of(String purpose, SocketAddress address, Arena arena) throws IOException {
        return switch (address) {
            case InetSocketAddress inet -> of(purpose, inet, arena);
            case UnixDomainSocketAddress unix -> of(purpose, unix, arena);
            default -> throw new IOException(
                    "cannot " + purpose + " " + address + ": only IP addresses and unix sockets are known");
        };
    }

    /// Where the socket is bound.
    static SocketAddress bound(int fd, Arena arena) throws IOException {
        MemorySegment bytes = arena.allocate(UN_BYTES, Integer.BYTES);
        MemorySegment size = arena.allocateFrom(JAVA_INT, (int) UN_BYTES);
        int result = Libc.getsockname(CallMemory.ofThread(), fd, bytes.address(), size.address());
        if (result < 0) {
            throw new IOException("getsockname failed: " + Errno.name(-result));
        }
        return bytes.get(JAVA_SHORT, 0) == Sockets.AF_UNIX
                ? unix(bytes.asSlice(0, Math.min(UN_BYTES, size.get(JAVA_INT, 0))))
                : inet(bytes);
    }

    /// Who is at the other end of a socket; null if it is not connected any longer. A peer without a name of its own, as
    /// most are on unix sockets, has the empty path.
    static @Nullable SocketAddress peer(MemorySegment memory, int fd, Arena arena) {
        MemorySegment bytes = arena.allocate(UN_BYTES, Integer.BYTES);
        MemorySegment size = arena.allocateFrom(JAVA_INT, (int) UN_BYTES);
        if (Libc.getpeername(memory, fd, bytes.address(), size.address()) < 0) {
            return null;
        }
        try {
            return switch (bytes.get(JAVA_SHORT, 0)) {
                case Sockets.AF_INET, Sockets.AF_INET6 -> inet(bytes);
                case Sockets.AF_UNIX -> unix(bytes.asSlice(0, Math.min(UN_BYTES, size.get(JAVA_INT, 0))));
                default -> null;
            };
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 or 16 bytes is one", impossible);
        }
    }

    private static InetSocketAddress inet(MemorySegment bytes) throws UnknownHostException {
        boolean ipv6 = bytes.get(JAVA_SHORT, 0) == Sockets.AF_INET6;
        byte[] address = bytes.asSlice(ipv6 ? IN6_ADDRESS : IN_ADDRESS, ipv6 ? 16 : 4).toArray(JAVA_BYTE);
        int scope = ipv6 ? bytes.get(JAVA_INT, IN6_SCOPE) : 0;
        InetAddress host = scope != 0
                ? Inet6Address.getByAddress(null, address, scope)
                : InetAddress.getByAddress(address); // an IPv4 peer of a socket for both is an IPv4 address
        return new InetSocketAddress(host, Short.toUnsignedInt(bytes.get(PORT, PORT_OFFSET)));
    }

    private static UnixDomainSocketAddress unix(MemorySegment bytes) {
        long end = UN_PATH;
        while (end < bytes.byteSize() && bytes.get(JAVA_BYTE, end) != 0) {
            end++;
        }
        byte[] path = bytes.asSlice(Math.min(UN_PATH, bytes.byteSize()), Math.max(0, end - UN_PATH)).toArray(JAVA_BYTE);
        try {
            return UnixDomainSocketAddress.of(new String(path, StandardCharsets.UTF_8));
        } catch (InvalidPathException unnameable) {
            return UnixDomainSocketAddress.of(""); // a name that the locale of this JVM has no characters for
        }
    }

    /// An address as a person writes it.
    static String show(SocketAddress address) {
        return switch (address) {
            case UnixDomainSocketAddress unix -> "unix:" + unix.getPath();
            case InetSocketAddress inet -> show(inet.getAddress(), inet) + ":" + inet.getPort();
            default -> address.toString();
        };
    }

    private static String show(@Nullable InetAddress host, InetSocketAddress named) {
        return switch (host) {
            case null -> named.getHostString();
            case Inet6Address ipv6 -> "[" + ipv6.getHostAddress() + "]";
            default -> host.getHostAddress();
        };
    }

    private static NativeAddress of(String purpose, InetSocketAddress address, Arena arena) throws IOException {
        InetAddress host = address.getAddress();
        if (host == null) {
            throw new IOException("cannot " + purpose + " " + show(address) + ": there is no host of that name");
        }
        boolean ipv6 = host instanceof Inet6Address;
        MemorySegment bytes = arena.allocate(ipv6 ? IN6_BYTES : IN_BYTES, Integer.BYTES);
        bytes.set(JAVA_SHORT, 0, (short) (ipv6 ? Sockets.AF_INET6 : Sockets.AF_INET));
        bytes.set(PORT, PORT_OFFSET, (short) address.getPort());
        byte[] number = host.getAddress();
        MemorySegment.copy(number, 0, bytes, JAVA_BYTE, ipv6 ? IN6_ADDRESS : IN_ADDRESS, number.length);
        if (host instanceof Inet6Address scoped) {
            bytes.set(JAVA_INT, IN6_SCOPE, scoped.getScopeId());
        }
        return new NativeAddress(ipv6 ? Sockets.AF_INET6 : Sockets.AF_INET, bytes);
    }

    private static NativeAddress of(String purpose, UnixDomainSocketAddress address, Arena arena) throws IOException {
        byte[] path = address.getPath().toString().getBytes(StandardCharsets.UTF_8);
        if (path.length == 0 || path.length > UN_PATH_BYTES_MAX) {
            throw new IOException("cannot " + purpose + " " + show(address) + ": the path of a unix socket has 1 to "
                    + UN_PATH_BYTES_MAX + " bytes, this one " + path.length);
        }
        MemorySegment bytes = arena.allocate(UN_PATH + path.length + 1, Short.BYTES);
        bytes.set(JAVA_SHORT, 0, (short) Sockets.AF_UNIX);
        MemorySegment.copy(path, 0, bytes, JAVA_BYTE, UN_PATH, path.length);
        return new NativeAddress(Sockets.AF_UNIX, bytes);
    }
}
