package dev.partita.linux.file;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What statx(2) says of an open descriptor. Unlike fstat(2)'s, its structure is the same on every architecture
/// (`include/uapi/linux/stat.h`).
///
/// @param bytes the size
/// @param version changes with the size, either time and the inode; the time of the last status change cannot be set by
///     anybody, so that a file is noticed that was changed and given its old time again
record FileStatus(boolean regular, boolean directory, long bytes, long modifiedNanos, long version) {
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;

    private static final long STATX_BYTES = 256;
    private static final long MODE = 28;
    private static final long INODE = 32;
    private static final long SIZE = 40;
    /// `struct statx_timestamp`: seconds, 8 bytes, and nanoseconds, 4 bytes.
    private static final long CTIME = 96;
    private static final long MTIME = 112;
    private static final long NANOS = 8;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long SECONDS_MAX = Long.MAX_VALUE / NANOS_PER_SECOND - 1;
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L; // 2^64 / golden ratio

    private static final int S_IFMT = 0170000;
    private static final int S_IFREG = 0100000;
    private static final int S_IFDIR = 0040000;

    static FileStatus of(MemorySegment memory, int fd, Arena arena) throws IOException {
        MemorySegment status = arena.allocate(STATX_BYTES, Long.BYTES);
        MemorySegment emptyPath = arena.allocate(1);
        int result = Libc.statx(
                memory, fd, emptyPath.address(), AT_EMPTY_PATH, STATX_BASIC_STATS, status.address());
        if (result < 0) {
            throw new IOException("statx failed: " + Errno.name(-result));
        }
        int kind = status.get(JAVA_SHORT, MODE) & S_IFMT;
        long bytes = status.get(JAVA_LONG, SIZE);
        long modified = nanos(status, MTIME);
        long version = ((status.get(JAVA_LONG, INODE) * MIX + bytes) * MIX + modified) * MIX + nanos(status, CTIME);
        return new FileStatus(kind == S_IFREG, kind == S_IFDIR, bytes, modified, version);
    }

    /// A time that does not fit, beyond the years 1678 and 2261, becomes the last one that does.
    private static long nanos(MemorySegment status, long at) {
        long seconds = Math.clamp(status.get(JAVA_LONG, at), -SECONDS_MAX, SECONDS_MAX);
        return seconds * NANOS_PER_SECOND + status.get(JAVA_INT, at + NANOS);
    }
}
