package dev.partita.linux.socket;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where other processes of the same user connect to exchange messages: a unix socket whose file nobody else may open. No call
/// waits.
public final class MessageListener implements AutoCloseable {
    /// The longest path, in UTF-8.
    public static final int PATH_BYTES_MAX = NativeAddress.UN_PATH_BYTES_MAX;

    private static final int BACKLOG = 128;
    private static final int OWNER_ONLY = 0600;
    private static final long PAUSE_NANOS = 100_000_000L;

    private final int fd;
    private UnixPath path;
    private long acceptNotBefore = System.nanoTime();

    private MessageListener(int fd, UnixPath path) {
        this.fd = fd;
        this.path = path;
    }

    /// Listens at `path`. The file of one that is gone is replaced.
    ///
    /// @return null if somebody answers there
    /// @throws IOException if that fails; the message names the path and the error
    public static @Nullable MessageListener open(Path path) throws IOException {
        MemorySegment memory = CallMemory.ofThread();
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        try (Arena arena = Arena.ofConfined()) {
            NativeAddress bindTo = NativeAddress.of("listen on", address, arena);
            int fd = require("socket", path, Libc.socket(
                    memory, Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET | Sockets.SOCK_NONBLOCK_CLOEXEC, 0));
            try (FolderLock _ = FolderLock.of(path)) {
                // Before bind(2): the file has the socket's mode from its first moment (unix_mknod of net/unix/af_unix.c).
                require("fchmod", path, Libc.fchmod(memory, fd, OWNER_ONLY));
                int result = bind(memory, fd, bindTo);
                if (result == -Errno.EADDRINUSE) {
                    if (!UnixPath.removeStale(memory, address, bindTo)) {
                        Libc.close(fd);
                        return null;
                    }
                    result = bind(memory, fd, bindTo);
                }
                require("bind", path, result);
                UnixPath bound = UnixPath.bound(address);
                require("listen", path, Libc.listen(memory, fd, BACKLOG));
                return new MessageListener(fd, bound);
            } catch (IOException | RuntimeException failure) {
                Libc.close(fd);
                throw failure;
            }
        }
    }

    /// The descriptor, to wait for.
    public int fd() {
        return fd;
    }

    /// The next one who has connected; null if nobody has, or there is no descriptor for one. For one thread.
    public @Nullable MessageChannel accept() {
        int accepted = Libc.accept4(CallMemory.ofThread(), fd, ListeningSocket.ACCEPT_FLAGS);
        if (Descriptors.areExhausted(accepted)) {
            acceptNotBefore = System.nanoTime() + PAUSE_NANOS;
        }
        return accepted < 0 ? null : new MessageChannel(accepted);
    }

    /// False for a moment after there was no descriptor left: who waits stays, and whoever waits for [#fd] would turn for nothing.
    public boolean mayAccept() {
        return System.nanoTime() - acceptNotBefore >= 0;
    }

    /// Is found by another name from now on, in the place of whoever is found there: no moment without one of the two.
    public void moveTo(Path name) throws IOException {
        path = path.moveTo(name);
    }

    /// Stops listening and removes the file.
    @Override
    public void close() {
        path.remove();
        Libc.close(fd);
    }

    private static int bind(MemorySegment memory, int fd, NativeAddress address) {
        return Libc.bind(memory, fd, address.bytes().address(), (int) address.bytes().byteSize());
    }

    private static int require(String call, Path path, int result) throws IOException {
        if (result < 0) {
            throw new IOException("cannot listen on " + path + ": " + call + " failed with " + Errno.name(-result)
                    + switch (-result) {
                        case Errno.EACCES -> "; the folder is not writable for this user";
                        case Errno.ENOENT, Errno.ENOTDIR -> "; there is no such folder";
                        default -> Errno.remedy(-result);
                    });
        }
        return result;
    }
}
