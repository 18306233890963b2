package dev.partita.linux.socket;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.transport.Listener;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.SocketOptions.Outcome;
import dev.partita.transport.SocketOptions.Result;
import dev.partita.transport.SocketOptions.Setting;
import dev.partita.transport.Transport.Sharing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A non-blocking socket that listens. `[::]` takes IPv4 connections as well (IPV6_V6ONLY is switched off); `0.0.0.0` takes
/// only those.
///
/// Several loops may watch one. Its descriptor is closed when the last of them has let go, so that none can accept from a
/// number that belongs to somebody else by then; [#close] stops it at once.
///
/// With several processes the socket is also theirs: one that was [adopted][#adopt] is never stopped for the others, only let
/// go of. One that [receives][#receiving] does not listen at all: another process accepts and passes the connections on, which
/// is no difference to whoever watches it.
public final class ListeningSocket implements Listener {
    /// What every accepted connection is: it never blocks, and no child process inherits it.
    public static final int ACCEPT_FLAGS = Sockets.SOCK_NONBLOCK_CLOEXEC;
    /// include/uapi/linux/fcntl.h: duplicate the descriptor, not to be inherited by child processes.
    private static final int F_DUPFD_CLOEXEC = 1030;
    // include/uapi/asm-generic/fcntl.h
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;

    private final int fd;
    private final SocketAddress address;
    private final boolean shared;
    private final List<Outcome> outcomes;
    private final Setting[] perConnection;
    /// Other processes have it too.
    private final boolean adopted;
    private final @Nullable PassedConnections passed;

    // Guarded by this.
    private @Nullable UnixPath path;
    private int watchers;
    private boolean handedOver;
    private boolean stopped;
    private boolean closed;

    private ListeningSocket(
            int fd,
            SocketAddress address,
            boolean shared,
            List<Outcome> outcomes,
            @Nullable UnixPath path,
            boolean adopted,
            @Nullable PassedConnections passed) {
        this.adopted = adopted;
        this.passed = passed;
        this.fd = fd;
        this.address = address;
        this.shared = shared;
        this.outcomes = List.copyOf(outcomes);
        this.path = path;
        boolean unix = address instanceof UnixDomainSocketAddress;
        perConnection = outcomes.stream()
                .filter(outcome -> outcome.result() == Result.APPLIED)
                .map(Outcome::setting)
                .filter(setting -> OptionCalls.isPerConnection(unix, setting))
                .toArray(Setting[]::new);
    }

    /// Binds and listens.
    ///
    /// @throws IOException if that fails; the message names the address, the call, the error and the likely remedy
    public static ListeningSocket open(SocketAddress address, int backlog, SocketOptions options, Sharing sharing)
            throws IOException {
        MemorySegment memory = CallMemory.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            NativeAddress bindTo = NativeAddress.of("listen on", address, arena);
            int fd = require("socket", address, Libc.socket(
                    memory, bindTo.family(), Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK_CLOEXEC, 0));
            UnixPath path = null;
            try {
                List<Outcome> outcomes = prepare(memory, fd, bindTo.family(), options, sharing);
                if (address instanceof UnixDomainSocketAddress unix) {
                    try (FolderLock _ = FolderLock.of(unix.getPath())) {
                        path = bind(memory, fd, unix, bindTo);
                        require("listen", address, Libc.listen(memory, fd, backlog));
                    }
                } else {
                    require("bind", address, bind(memory, fd, bindTo));
                    require("listen", address, Libc.listen(memory, fd, backlog));
                }
                SocketAddress bound = path != null ? address : NativeAddress.bound(fd, arena);
                return new ListeningSocket(fd, bound, sharing == Sharing.SHARED, outcomes, path, false, null);
            } catch (IOException | RuntimeException failure) {
                Libc.close(fd);
                if (path != null) {
                    path.remove();
                }
                throw failure;
            }
        }
    }

    /// Takes over a socket that listens already, from another process.
    ///
    /// @param fd is this one's from now on
    /// @param asked what it was bound to, with port 0 where the system has chosen one
    /// @param options those that it was given when it was opened
    public static ListeningSocket adopt(int fd, SocketAddress asked, SocketOptions options, boolean shared)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            SocketAddress bound = asked instanceof UnixDomainSocketAddress ? asked : NativeAddress.bound(fd, arena);
            return new ListeningSocket(fd, bound, shared, applied(options), null, true, null);
        }
    }

    /// Takes connections that another process accepts and passes on.
    ///
    /// @param channel where they come from; this one's from now on
    /// @param address where they were accepted, for people
    public static ListeningSocket receiving(MessageChannel channel, SocketAddress address, SocketOptions options) {
        return new ListeningSocket(
                channel.fd(), address, false, applied(options), null, true, new PassedConnections(channel));
    }

    /// Another one for the same socket, which goes on to listen when this one is closed, by whatever process; the file of a
    /// unix socket is its to remove.
    public synchronized ListeningSocket duplicate() throws IOException {
        int copy = require("fcntl", address, Libc.fcntl(CallMemory.ofThread(), fd, F_DUPFD_CLOEXEC, 0));
        var duplicate = new ListeningSocket(copy, address, shared, outcomes, path, true, null);
        path = null;
        handedOver = true;
        return duplicate;
    }

    /// Another one for the same socket, for somebody who comes and goes while this one stays.
    public synchronized ListeningSocket share() throws IOException {
        int copy = require("fcntl", address, Libc.fcntl(CallMemory.ofThread(), fd, F_DUPFD_CLOEXEC, 0));
        return new ListeningSocket(copy, address, true, outcomes, null, true, null);
    }

    /// Another process has it from now on: here it only ends, and the file of a unix socket stays.
    public synchronized void leave() {
        path = null;
        handedOver = true;
    }

    /// Takes over the file of a unix socket, which the process that has bound it has left.
    public synchronized void own() {
        if (address instanceof UnixDomainSocketAddress unix) {
            path = UnixPath.bound(unix);
        }
    }

    /// Takes a socket that this process was started with.
    ///
    /// @param fd is this one's from now on
    /// @throws IOException if it does not listen for connections; the message says what it is
    public static ListeningSocket inherited(int fd, SocketOptions options) throws IOException {
        MemorySegment memory = CallMemory.ofThread();
        if (Libc.getsockopt(memory, fd, Sockets.SOL_SOCKET, Sockets.SO_TYPE) != Sockets.SOCK_STREAM
                || Libc.getsockopt(memory, fd, Sockets.SOL_SOCKET, Sockets.SO_ACCEPTCONN) != 1) {
            throw new IOException(
                    "the descriptor " + fd + " that this process was started with is no socket that listens"
                            + " for connections: a socket unit needs ListenStream= and Accept=no");
        }
        int family = Libc.getsockopt(memory, fd, Sockets.SOL_SOCKET, Sockets.SO_DOMAIN);
        Libc.fcntl(memory, fd, F_SETFD, FD_CLOEXEC);
        Libc.fcntl(memory, fd, F_SETFL, O_NONBLOCK);
        try (Arena arena = Arena.ofConfined()) {
            SocketAddress bound = NativeAddress.bound(fd, arena);
            List<Outcome> outcomes = prepare(memory, fd, family, options, Sharing.SINGLE);
            return new ListeningSocket(fd, bound, true, outcomes, null, true, null);
        }
    }

    private static List<Outcome> applied(SocketOptions options) {
        return options.settings().stream()
                .map(setting -> new Outcome(setting, Result.APPLIED, ""))
                .toList();
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public List<Outcome> outcomes() {
        return outcomes;
    }

    @Override
    public synchronized void close() {
        if (stopped) {
            return;
        }
        stopped = true;
        if (watchers == 0) {
            release();
        } else if (!adopted && !handedOver) {
            // Ends listening now; the number stays ours until the last loop has let go of it.
            Libc.shutdown(CallMemory.ofThread(), fd, Sockets.SHUT_RD);
        }
    }

    /// The descriptor, for a loop that watches it.
    public int fd() {
        return fd;
    }

    /// False once nobody can use the descriptor any longer.
    public synchronized boolean isOpen() {
        return !closed;
    }

    /// True if connections arrive here that another process has accepted: then it is readable when there is one, and nothing
    /// but [#accept] takes it.
    public boolean isReceiving() {
        return passed != null;
    }

    /// True if several loops watch this one.
    public boolean isShared() {
        return shared;
    }

    /// A loop begins to watch.
    ///
    /// @throws IOException if the listener is closed
    public synchronized void watch() throws IOException {
        if (stopped) {
            throw new IOException("the listener on " + NativeAddress.show(address) + " is closed");
        }
        watchers++;
    }

    /// A loop has let go. With the last one the listener is closed.
    public synchronized void unwatch() {
        if (--watchers == 0) {
            stopped = true;
            release();
        }
    }

    /// Accepts one connection, for whoever passes it on.
    ///
    /// @return a descriptor that never blocks, or a negative error
    public int accept() {
        return accept(CallMemory.ofThread());
    }

    /// Accepts one connection.
    ///
    /// @return a descriptor that never blocks, or a negative error
    public int accept(MemorySegment memory) {
        int accepted = passed != null ? passed.next() : Libc.accept4(memory, fd, ACCEPT_FLAGS);
        if (accepted >= 0) {
            prepare(memory, accepted);
        }
        return accepted;
    }

    /// Sets the options that an accepted connection does not have from its listener.
    public void prepare(MemorySegment memory, int accepted) {
        for (Setting setting : perConnection) {
            OptionCalls.set(memory, accepted, setting);
        }
    }

    private void release() {
        if (!closed) {
            closed = true;
            if (path != null) {
                path.remove(); // first, so that nobody finds a name that does not answer
            }
            Libc.close(fd);
        }
    }

    private static List<Outcome> prepare(
            MemorySegment memory, int fd, int family, SocketOptions options, Sharing sharing) throws IOException {
        boolean unix = family == Sockets.AF_UNIX;
        if (!unix) {
            // A server that starts again must not wait for the TIME_WAIT of the one before.
            Libc.setsockopt(memory, fd, Sockets.SOL_SOCKET, Sockets.SO_REUSEADDR, 1);
        }
        if (family == Sockets.AF_INET6) {
            Libc.setsockopt(memory, fd, Sockets.IPPROTO_IPV6, Sockets.IPV6_V6ONLY, 0);
        }
        if (!unix && sharing == Sharing.REUSE_PORT) {
            int result = Libc.setsockopt(memory, fd, Sockets.SOL_SOCKET, Sockets.SO_REUSEPORT, 1);
            if (result < 0) {
                throw new IOException("setsockopt SO_REUSEPORT failed: " + Errno.name(-result)
                        + "; choose another way to share the port with --accept");
            }
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Setting setting : options.settings()) {
            outcomes.add(OptionCalls.apply(memory, fd, unix, setting));
        }
        return outcomes;
    }

    private static UnixPath bind(
            MemorySegment memory, int fd, UnixDomainSocketAddress address, NativeAddress bindTo) throws IOException {
        int result = bind(memory, fd, bindTo);
        if (result == -Errno.EADDRINUSE && UnixPath.removeStale(memory, address, bindTo)) {
            result = bind(memory, fd, bindTo);
        }
        require("bind", address, result);
        return UnixPath.bound(address);
    }

    private static int bind(MemorySegment memory, int fd, NativeAddress address) {
        return Libc.bind(memory, fd, address.bytes().address(), (int) address.bytes().byteSize());
    }

    private static int require(String call, SocketAddress address, int result) throws IOException {
        if (result < 0) {
            throw new IOException("cannot listen on " + NativeAddress.show(address) + ": " + call + " failed with "
                    + Errno.name(-result) + remedy(address, -result));
        }
        return result;
    }

    private static String remedy(SocketAddress address, int errno) {
        int port = address instanceof InetSocketAddress inet ? inet.getPort() : -1;
        return switch (errno) {
            case Errno.EADDRINUSE -> port < 0
                    ? "; choose another path, or end the program that listens there"
                    : "; port " + port
                            + " is in use: choose another with --port, or end the program that listens there";
            case Errno.EACCES -> port < 0
                    ? "; the folder is not writable for this user"
                    : "; ports below 1024 need the capability CAP_NET_BIND_SERVICE: choose a higher one with --port";
            case Errno.EADDRNOTAVAIL -> "; no network interface of this machine has that address: see `ip address`";
            case Errno.EAFNOSUPPORT -> "; IPv6 is switched off on this machine: use an IPv4 address";
            case Errno.ENOENT, Errno.ENOTDIR -> "; there is no such folder";
            case Errno.EMFILE -> "; raise the limit on open files (ulimit -n)";
            default -> "";
        };
    }
}
