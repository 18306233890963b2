package dev.partita.linux.shared;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import dev.partita.linux.libc.MappedMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A file that is memory and has no name, of a size that nobody can change: `memfd_create(2)`. Who has the descriptor can map
/// it; what nobody has touched takes no memory.
public final class SharedMemory {
    // include/uapi/linux/memfd.h
    private static final int MFD_CLOEXEC = 0x1;
    private static final int MFD_ALLOW_SEALING = 0x2;
    /// include/uapi/linux/fcntl.h
    private static final int F_ADD_SEALS = 1033;
    /// F_SEAL_SEAL, F_SEAL_SHRINK and F_SEAL_GROW. Who could shrink it would kill the other one: a page that is gone raises
    /// SIGBUS.
    private static final int SEALS = 0x1 | 0x2 | 0x4;

    private SharedMemory() {}

    /// Makes such a file.
    ///
    /// @return its descriptor, which is the caller's
    /// @throws IOException if the system refuses
    public static int create(String name, long bytes) throws IOException {
        MemorySegment memory = CallMemory.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            int fd = require("memfd_create", Libc.memfdCreate(
                    memory, arena.allocateFrom(name).address(), MFD_CLOEXEC | MFD_ALLOW_SEALING));
            try {
                require("ftruncate", Libc.ftruncate(memory, fd, bytes));
                require("fcntl F_ADD_SEALS", Libc.fcntl(memory, fd, F_ADD_SEALS, SEALS));
            } catch (IOException failure) {
                Libc.close(fd);
                throw failure;
            }
            return fd;
        }
    }

    /// Maps its first bytes, until `arena` closes. The descriptor may be closed before.
    ///
    /// @throws IOException if the system refuses
    public static MemorySegment map(int fd, long bytes, Arena arena) throws IOException {
        return MappedMemory.mapSparse(fd, bytes, arena);
    }

    private static int require(String call, int result) throws IOException {
        if (result < 0) {
            throw new IOException(call + " failed: " + Errno.name(-result) + Errno.remedy(-result));
        }
        return result;
    }
}
