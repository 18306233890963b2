package dev.partita.linux.socket;

import static dev.partita.linux.socket.Sockets.IPPROTO_TCP;
import static dev.partita.linux.socket.Sockets.SOL_SOCKET;

import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.transport.SocketOptions.Name;
import dev.partita.transport.SocketOptions.Outcome;
import dev.partita.transport.SocketOptions.Result;
import dev.partita.transport.SocketOptions.Setting;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Sets socket options and says what became of each.
///
/// They are set on the listening socket. Linux copies them to the TCP sockets that it accepts (`sk_clone_lock`,
/// `tcp_create_openreq_child`; a test reads them back), so an accepted connection costs no call for them. The one that it
/// does not copy is TCP_QUICKACK.
///
/// To accepted unix sockets it copies nothing: they are made by whoever connects (`unix_stream_connect`). SO_SNDBUF, which
/// bounds what one has on its way, is the only option that does anything there.
final class OptionCalls {
    /// The bit of net.ipv4.tcp_fastopen that lets servers have it (`Documentation/networking/ip-sysctl.rst`).
    private static final int FASTOPEN_SERVER = 2;

    private OptionCalls() {}

    /// Applies one setting to a socket that does not listen yet.
    static Outcome apply(MemorySegment memory, int fd, boolean unix, Setting setting) {
        if (unix && setting.name() != Name.SO_SNDBUF) {
            return new Outcome(setting, Result.NOT_AVAILABLE, "a unix socket has no such option");
        }
        if (setting.name() == Name.TCP_FASTOPEN && setting.number() > 0 && !isFastOpenOn()) {
            return new Outcome(
                    setting, Result.NOT_AVAILABLE, "net.ipv4.tcp_fastopen lacks the bit for servers, 2");
        }
        int result = set(memory, fd, setting);
        if (result == -Errno.ENOPROTOOPT || result == -Errno.EOPNOTSUPP) {
            return new Outcome(setting, Result.NOT_AVAILABLE, "the kernel has no such option for this socket");
        }
        return result < 0
                ? new Outcome(setting, Result.REFUSED, Errno.name(-result) + reason(setting.name(), -result))
                : new Outcome(setting, Result.APPLIED, "");
    }

    /// True if accepted sockets do not have the option from their listener.
    static boolean isPerConnection(boolean unix, Setting setting) {
        return setting.name() == (unix ? Name.SO_SNDBUF : Name.TCP_QUICKACK);
    }

    /// @return 0 or a negative error
    static int set(MemorySegment memory, int fd, Setting setting) {
        int number = (int) setting.number();
        return switch (setting.name()) {
            case TCP_NODELAY -> Libc.setsockopt(memory, fd, IPPROTO_TCP, Sockets.TCP_NODELAY, number);
            case TCP_DEFER_ACCEPT -> Libc.setsockopt(memory, fd, IPPROTO_TCP, Sockets.TCP_DEFER_ACCEPT, number);
            case TCP_FASTOPEN -> Libc.setsockopt(memory, fd, IPPROTO_TCP, Sockets.TCP_FASTOPEN, number);
            case TCP_QUICKACK -> Libc.setsockopt(memory, fd, IPPROTO_TCP, Sockets.TCP_QUICKACK, number);
            case TCP_CONGESTION -> word(memory, fd, IPPROTO_TCP, Sockets.TCP_CONGESTION, setting.word());
            case TCP_USER_TIMEOUT -> Libc.setsockopt(memory, fd, IPPROTO_TCP, Sockets.TCP_USER_TIMEOUT, number);
            case TCP_NOTSENT_LOWAT -> Libc.setsockopt(memory, fd, IPPROTO_TCP, Sockets.TCP_NOTSENT_LOWAT, number);
            case SO_KEEPALIVE -> Libc.setsockopt(memory, fd, SOL_SOCKET, Sockets.SO_KEEPALIVE, number);
            case SO_LINGER -> Sockets.linger(memory, fd, number);
            case SO_RCVBUF -> Libc.setsockopt(memory, fd, SOL_SOCKET, Sockets.SO_RCVBUF, number);
            case SO_SNDBUF -> Libc.setsockopt(memory, fd, SOL_SOCKET, Sockets.SO_SNDBUF, number);
            case SO_BUSY_POLL -> Libc.setsockopt(memory, fd, SOL_SOCKET, Sockets.SO_BUSY_POLL, number);
            case SO_INCOMING_CPU -> Libc.setsockopt(memory, fd, SOL_SOCKET, Sockets.SO_INCOMING_CPU, number);
        };
    }

    private static int word(MemorySegment memory, int fd, int level, int name, String word) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(word, StandardCharsets.US_ASCII);
            return Libc.setsockopt(memory, fd, level, name, text.address(), word.length());
        }
    }

    private static String reason(Name name, int errno) {
        return switch (name) {
            case TCP_CONGESTION -> errno == Errno.ENOENT
                    ? ": not among net.ipv4.tcp_available_congestion_control"
                    : errno == Errno.EPERM ? ": not among net.ipv4.tcp_allowed_congestion_control" : "";
            case SO_BUSY_POLL -> errno == Errno.EPERM
                    ? ": more than net.core.busy_read needs the capability CAP_NET_ADMIN"
                    : "";
            default -> "";
        };
    }

    private static boolean isFastOpenOn() {
        try {
            String setting = Files.readString(Path.of("/proc/sys/net/ipv4/tcp_fastopen")).strip();
            return (Integer.parseInt(setting) & FASTOPEN_SERVER) != 0;
        } catch (IOException | NumberFormatException hidden) {
            return true; // then the kernel's answer counts
        }
    }
}
