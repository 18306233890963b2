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
record FileStatus(boolean regular, boolean directory, long bytes, long modifiedMillis) {
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_BASIC_STATS = 0x7ff;

    private static final long STATX_BYTES = 256;
    private static final long MODE = 28;
    private static final long SIZE = 40;
    private static final long MTIME_SECONDS = 112;
    private static final long MTIME_NANOS = 120;

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
        long millis = status.get(JAVA_LONG, MTIME_SECONDS) * 1_000 + status.get(JAVA_INT, MTIME_NANOS) / 1_000_000;
        return new FileStatus(kind == S_IFREG, kind == S_IFDIR, status.get(JAVA_LONG, SIZE), millis);
    }
}
