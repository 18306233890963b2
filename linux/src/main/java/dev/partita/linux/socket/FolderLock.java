package dev.partita.linux.socket;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/// Keeps other servers from making or removing a unix socket in the same folder: an advisory lock on the folder itself
/// (`flock(2)`), so no file is left behind, and it ends with its process.
///
/// It is held for a few calls. Where it cannot be had, be it that the folder may not be read, that its file system has no such
/// locks, or that somebody else keeps it, everything goes on without it.
final class FolderLock implements AutoCloseable {
    // include/uapi/asm-generic/fcntl.h
    /// Without waiting, if it is no folder but a FIFO.
    private static final int O_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private static final int TRIES = 100;
    private static final long PAUSE_NANOS = 10_000_000;

    private final int fd;

    private FolderLock(int fd) {
        this.fd = fd;
    }

    /// Locks the folder of `file`, after a second at most.
    static FolderLock of(Path file) {
        MemorySegment memory = CallMemory.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            String folder = String.valueOf(file.toAbsolutePath().getParent());
            int fd = Libc.open(memory, arena.allocateFrom(folder).address(), O_CLOEXEC_NONBLOCK);
            int tries = TRIES;
            while (fd >= 0 && --tries > 0 && Libc.flock(memory, fd, LOCK_EX | LOCK_NB) == -Errno.EAGAIN) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            return new FolderLock(fd);
        }
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Libc.close(fd);
        }
    }
}
