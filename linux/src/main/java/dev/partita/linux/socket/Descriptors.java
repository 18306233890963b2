package dev.partita.linux.socket;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// What a process that passes descriptors on, or gets some, has to do besides.
public final class Descriptors {
    private Descriptors() {}

    /// Closes descriptors that were received or accepted and are not wanted, or have been passed on.
    public static void close(int... descriptors) {
        for (int descriptor : descriptors) {
            Libc.close(descriptor);
        }
    }

    /// Whether that negative error says that there is no descriptor left, or no memory for one, so that the same call would
    /// fail again at once.
    public static boolean areExhausted(int error) {
        return switch (-error) {
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM -> true;
            default -> false;
        };
    }

    /// Lets a number mean what another one does, such as 1 for where this process writes to; whatever it was is closed.
    public static void replace(int number, int by) {
        Libc.dup2(CallMemory.ofThread(), by, number);
    }

    /// Who is at the other end of a connection; null if it is over.
    public static @Nullable SocketAddress peer(int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            return NativeAddress.peer(CallMemory.ofThread(), descriptor, arena);
        }
    }

    /// Sends a signal to another process.
    ///
    /// @return false if it is gone, or not ours to send one to
    public static boolean signal(long pid, int signal) {
        return Libc.kill(CallMemory.ofThread(), (int) pid, signal) == 0;
    }

    /// The user that this process acts as.
    public static int user() {
        return Libc.geteuid(CallMemory.ofThread());
    }

    /// Leaves the terminal's group of processes, so that Ctrl-C reaches only the one that was started there: `setsid(2)`.
    public static void leaveTerminal() {
        Libc.setsid(CallMemory.ofThread()); // refused to the leader of a group, who is nobody's worker
    }
}
