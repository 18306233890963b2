package dev.partita.linux;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.libc.Machine;
import dev.partita.linux.socket.Notice;
import dev.partita.linux.uring.UringFacts;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;

/// What this kernel and process have that matters to a server. Reading it opens files of `/proc`, makes two calls that
/// fail, and sets an io_uring up.
///
/// @param kernel the release, such as `6.1.0-18-amd64`; empty if it cannot be read
/// @param descriptorsSoft most open files of this process, RLIMIT_NOFILE. (A JVM raises it to the hard limit when it
///     starts.) [Long#MAX_VALUE] for no limit, -1 if it cannot be read
/// @param descriptorsHard what that may be raised to without privileges
/// @param backlogMax what listen(2) cuts every backlog to, `net.core.somaxconn`; -1 if it cannot be read
/// @param congestionControls what TCP_CONGESTION takes, `net.ipv4.tcp_available_congestion_control`; the kernel may load
///     further ones as modules
/// @param fastOpen `net.ipv4.tcp_fastopen`; servers need its bit 2; -1 if it cannot be read
/// @param ioUringDisabled `kernel.io_uring_disabled`: 0 everybody may use it, 1 a group, 2 nobody; -1 on kernels before 6.6,
///     which have no such setting
/// @param ioUring what the transport uses of io_uring, and which of the features that may be missing, such as `defer-taskrun on`;
///     empty where it has no io_uring
/// @param openat2 true if files can be opened beneath a folder by the kernel's own check, openat2(2)
/// @param epollPwait2 true if a loop's wait is counted in nanoseconds, epoll_pwait2(2)
public record LinuxFacts(
        String kernel,
        long descriptorsSoft,
        long descriptorsHard,
        int backlogMax,
        List<String> congestionControls,
        int fastOpen,
        int ioUringDisabled,
        String ioUring,
        boolean openat2,
        boolean epollPwait2) {

    private static final int NO_DESCRIPTOR = -1;

    /// Reads them. On another system they are all unknown.
    public static LinuxFacts read() {
        String controls = line("/proc/sys/net/ipv4/tcp_available_congestion_control");
        return new LinuxFacts(
                line("/proc/sys/kernel/osrelease"),
                descriptorsMax(),
                descriptors(1),
                number("/proc/sys/net/core/somaxconn"),
                controls.isEmpty() ? List.of() : List.of(controls.split("\\s+")),
                number("/proc/sys/net/ipv4/tcp_fastopen"),
                number("/proc/sys/kernel/io_uring_disabled"),
                Machine.unavailable().isEmpty() ? UringFacts.features() : "",
                isKnown(LinuxFacts::tryOpenat2),
                countsNanoseconds());
    }

    /// What [#descriptorsSoft] says, and nothing else is read for it.
    public static long descriptorsMax() {
        return descriptors(0);
    }

    /// What [#epollPwait2] says, and nothing else is tried for it.
    public static boolean countsNanoseconds() {
        return isKnown(LinuxFacts::tryEpollPwait2);
    }

    /// Whether a unix socket lives whose file this is, by whatever name it was bound. Whoever listens there hears nothing of it.
    /// False where the kernel cannot be asked.
    public static boolean isBound(Path socket) {
        return Machine.unavailable().isEmpty() && Notice.isAnybodyAt(socket);
    }

    // A kernel that knows a call refuses the descriptor -1; one that does not, or a sandbox, refuses the call.

    private static boolean isKnown(IntSupplier call) {
        return Machine.unavailable().isEmpty() && call.getAsInt() == -Errno.EBADF;
    }

    private static int tryOpenat2() {
        try (Arena arena = Arena.ofConfined()) {
            long howBytes = 24;
            return Libc.openat2(
                    CallMemory.ofThread(),
                    NO_DESCRIPTOR,
                    arena.allocateFrom(".").address(),
                    arena.allocate(howBytes, Long.BYTES).address(),
                    howBytes);
        }
    }

    private static int tryEpollPwait2() {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.epollPwait2(
                    CallMemory.ofThread(), NO_DESCRIPTOR, arena.allocate(16, Long.BYTES).address(), 1, 0);
        }
    }

    /// A line such as `Max open files            1024                 4096                 files`.
    private static long descriptors(int column) {
        String name = "Max open files";
        try {
            for (String limit : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (limit.startsWith(name)) {
                    List<String> values = List.of(limit.substring(name.length()).strip().split("\\s+"));
                    String value = values.get(column);
                    return value.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(value);
                }
            }
        } catch (IOException | NumberFormatException hidden) {
            // not a Linux, or a container without /proc
        }
        return -1;
    }

    private static int number(String file) {
        try {
            return Integer.parseInt(line(file));
        } catch (NumberFormatException unknown) {
            return -1;
        }
    }

    private static String line(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException hidden) {
            return "";
        }
    }
}
