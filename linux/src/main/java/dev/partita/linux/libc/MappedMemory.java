package dev.partita.linux.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Anonymous memory: zero, and without a page behind it until it is touched; and memory that is shared with the kernel.
public final class MappedMemory {
    // include/uapi/asm-generic/mman-common.h and mman.h
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 0x1;
    private static final int MAP_PRIVATE = 0x2;
    private static final int MAP_ANONYMOUS = 0x20;
    /// No swap is set aside: a pool is as large as the limits allow and is hardly ever used to its end.
    private static final int MAP_NORESERVE = 0x4000;
    /// All pages are there at once.
    private static final int MAP_POPULATE = 0x8000;

    private MappedMemory() {}

    /// Maps memory that is freed when `arena` closes.
    ///
    /// @throws IOException if the system has no such amount to give
    @SuppressWarnings("restricted")
    public static MemorySegment map(long bytes, Arena arena) throws IOException {
        if (bytes <= 0) {
            throw new IllegalArgumentException("cannot map " + bytes + " bytes");
        }
        long address = Libc.mmap(
                CallMemory.ofThread(),
                bytes,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE);
        if (address < 0) {
            throw new IOException("mmap of " + bytes + " bytes failed: " + Errno.name((int) -address)
                    + "; lower --max-connections, or raise the limit on address space (ulimit -v)");
        }
        return MemorySegment.ofAddress(address)
                .reinterpret(bytes, arena, mapped -> Libc.munmap(mapped.address(), mapped.byteSize()));
    }

    /// Maps memory that the kernel shares by a descriptor, until `arena` closes.
    ///
    /// @throws IOException if that fails
    public static MemorySegment mapShared(int fd, long offset, long bytes, Arena arena) throws IOException {
        return mapShared(fd, offset, bytes, MAP_SHARED | MAP_POPULATE, arena);
    }

    /// Maps a file of memory, of which only what is touched has pages, until `arena` closes.
    ///
    /// @throws IOException if that fails
    public static MemorySegment mapSparse(int fd, long bytes, Arena arena) throws IOException {
        return mapShared(fd, 0, bytes, MAP_SHARED | MAP_NORESERVE, arena);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment mapShared(int fd, long offset, long bytes, int flags, Arena arena)
            throws IOException {
        long address = Libc.mmap(CallMemory.ofThread(), bytes, PROT_READ | PROT_WRITE, flags, fd, offset);
        if (address < 0) {
            throw new IOException("mmap of " + bytes + " shared bytes failed: " + Errno.name((int) -address));
        }
        return MemorySegment.ofAddress(address)
                .reinterpret(bytes, arena, mapped -> Libc.munmap(mapped.address(), mapped.byteSize()));
    }
}
