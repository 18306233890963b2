package dev.partita.linux.socket;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.transport.Connecting;
import dev.partita.transport.Destination;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.SocketOptions.Setting;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// An address for sockets of our own that connect without waiting. The structures that the calls take are made once, so that
/// opening a connection allocates nothing.
public final class RemoteSocket implements Destination {
    private final SocketAddress address;
    private final Setting[] settings;
    private final NativeAddress connectTo;
    private final @Nullable NativeAddress bindTo;

    /// @param source null leaves it to the system
    /// @throws IOException if there is no such address on Linux; the message names it
    public RemoteSocket(SocketAddress address, @Nullable SocketAddress source, SocketOptions options)
            throws IOException {
        this.address = address;
        settings = options.settings().toArray(Setting[]::new);
        Arena arena = Arena.ofAuto();
        connectTo = NativeAddress.of("connect to", address, arena);
        bindTo = source == null ? null : NativeAddress.of("connect from", source, arena);
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    /// Makes a socket with its options and its source address. An option that the kernel refuses is left out.
    ///
    /// @return a descriptor that never blocks, or a negative error
    public int open() {
        MemorySegment memory = CallMemory.ofThread();
        int fd = Libc.socket(
                memory, connectTo.family(), Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK_CLOEXEC, 0);
        if (fd < 0) {
            return fd;
        }
        for (Setting setting : settings) {
            OptionCalls.set(memory, fd, setting);
        }
        if (bindTo != null) {
            // The port is chosen by connect(2), which knows the peer: only then may a port serve several peers.
            Libc.setsockopt(memory, fd, Sockets.IPPROTO_IP, Sockets.IP_BIND_ADDRESS_NO_PORT, 1);
            int bound = Libc.bind(
                    memory, fd, bindTo.bytes().address(), (int) bindTo.bytes().byteSize());
            if (bound < 0) {
                Libc.close(fd);
                return bound;
            }
        }
        return fd;
    }

    /// Connects a socket that [#open] has made.
    ///
    /// @return 0, or a negative error: -EINPROGRESS if the peer has not answered yet
    public int connect(int fd) {
        MemorySegment memory = CallMemory.ofThread();
        MemorySegment bytes = connectTo.bytes();
        return Libc.connect(memory, fd, bytes.address(), (int) bytes.byteSize());
    }

    /// What an error of [#open] or [#connect] means, `connect(2)`.
    public static Connecting meaning(int errno) {
        return switch (errno) {
            // EAGAIN: a unix socket whose backlog is full.
            case Errno.ECONNREFUSED, Errno.EAGAIN, Errno.ENOENT -> Connecting.REFUSED;
            case Errno.EADDRNOTAVAIL, Errno.EADDRINUSE -> Connecting.NO_PORT;
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> Connecting.NO_DESCRIPTOR;
            default -> Connecting.UNREACHABLE;
        };
    }
}
