package dev.partita.linux.file;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.partita.connection.FileTree;
import dev.partita.connection.OpenFile;
import dev.partita.connection.Symlinks;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A folder whose files are opened relative to its descriptor by openat2(2): the kernel itself refuses every path that
/// leaves the folder, by `..`, an absolute name or a link, without a race between looking and opening.
///
/// A relative link that stays inside it follows itself. A link that says so by an absolute name, or by way of the outside, it
/// refuses; then the real path is looked up and opened in the same way without following any link, so that whoever exchanges
/// a folder or link meanwhile gains nothing.
///
/// Where the kernel (before 5.6) or a sandbox does not have the call, the real path is compared with the root's in Java.
/// That has such a race: somebody who may rename folders below the root could win it.
public final class LinuxFileTree implements FileTree {
    // include/uapi/asm-generic/fcntl.h; these are the same on x86-64 and aarch64, where O_DIRECTORY is not.
    private static final int O_NOCTTY = 0x100;
    private static final int O_NONBLOCK = 0x800;
    private static final int O_CLOEXEC = 0x80000;
    /// Read-only, and a FIFO without a writer is opened at once, so that the look at it can refuse it.
    private static final int FLAGS = O_NOCTTY | O_NONBLOCK | O_CLOEXEC;

    // include/uapi/linux/openat2.h
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;
    /// `struct open_how`: flags, mode, resolve.
    private static final long HOW_BYTES = 24;
    private static final long HOW_RESOLVE = 16;

    /// openat2 fails with EAGAIN when a folder on the way is renamed while it looks.
    private static final int TRIES = 8;

    private final Path root;
    private final Symlinks symlinks;
    private final boolean openat2;
    private int rootFd;

    /// Opens a folder for serving.
    ///
    /// @throws IOException if it is not a readable folder
    public LinuxFileTree(Path folder, Symlinks symlinks) throws IOException {
        this(folder, symlinks, true);
    }

    /// @param openat2 false does without it, as on an old kernel
    LinuxFileTree(Path folder, Symlinks symlinks, boolean openat2) throws IOException {
        this.symlinks = symlinks;
        root = folder.toRealPath();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = CallMemory.allocate(arena);
            int fd = Libc.open(memory, arena.allocateFrom(root.toString()).address(), FLAGS);
            if (fd < 0) {
                throw new IOException("cannot serve " + root + ": open failed with " + Errno.name(-fd));
            }
            rootFd = fd;
            try {
                if (!FileStatus.of(memory, fd, arena).directory()) {
                    throw new IOException("cannot serve " + root + ": it is not a folder");
                }
            } catch (IOException failure) {
                close();
                throw failure;
            }
            int probe = openat2 ? openBelow(memory, arena, ".", RESOLVE_BENEATH) : -Errno.ENOSYS;
            if (probe >= 0) {
                Libc.close(probe);
            }
            this.openat2 = probe >= 0;
        }
    }

    @Override
    public @Nullable OpenFile open(String path) throws IOException {
        if (path.indexOf('\0') >= 0 || rootFd < 0) {
            return null; // the kernel would take what is before the NUL for the name
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = CallMemory.allocate(arena);
            int fd = openat2 ? openBelow(memory, arena, path) : openChecked(memory, arena, path);
            if (fd < 0) {
                return refused(path, -fd);
            }
            return checked(memory, arena, fd);
        }
    }

    @Override
    public void close() {
        if (rootFd >= 0) {
            Libc.close(rootFd);
            rootFd = -1;
        }
    }

    private static @Nullable OpenFile checked(MemorySegment memory, Arena arena, int fd) throws IOException {
        FileStatus status;
        try {
            status = FileStatus.of(memory, fd, arena);
        } catch (IOException failure) {
            Libc.close(fd);
            throw failure;
        }
        if (!status.regular() && !status.directory()) {
            Libc.close(fd); // a device, a FIFO or a socket
            return null;
        }
        return new LinuxFile(fd, status);
    }

    private int openBelow(MemorySegment memory, Arena arena, String path) {
        return switch (symlinks) {
            case NEVER -> openBelow(memory, arena, path, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
            case ALWAYS -> climbs(path) ? -Errno.EXDEV : openBelow(memory, arena, path, RESOLVE_NO_MAGICLINKS);
            case INSIDE -> {
                int fd = openBelow(memory, arena, path, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
                yield fd == -Errno.EXDEV ? openReal(memory, arena, path) : fd;
            }
        };
    }

    /// A link has left the root. If it came back, its target's real path is opened.
    private int openReal(MemorySegment memory, Arena arena, String path) {
        Path real = real(path);
        return real != null && real.startsWith(root)
                ? openBelow(memory, arena, root.relativize(real).toString(), RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS)
                : -Errno.EXDEV;
    }

    private int openBelow(MemorySegment memory, Arena arena, String path, long resolve) {
        MemorySegment name = arena.allocateFrom(path.isEmpty() ? "." : path);
        MemorySegment how = arena.allocate(HOW_BYTES, Long.BYTES);
        how.set(JAVA_LONG, 0, FLAGS);
        how.set(JAVA_LONG, HOW_RESOLVE, resolve);
        int fd = -Errno.EAGAIN;
        for (int tries = TRIES; tries > 0 && (fd == -Errno.EAGAIN || fd == -Errno.EINTR); tries--) {
            fd = Libc.openat2(memory, rootFd, name.address(), how.address(), HOW_BYTES);
        }
        return fd;
    }

    private int openChecked(MemorySegment memory, Arena arena, String path) {
        Path real = real(path);
        if (real == null) {
            return -Errno.ENOENT;
        }
        boolean allowed = switch (symlinks) {
            case NEVER -> real.startsWith(root) && real.equals(root.resolve(path));
            case INSIDE -> real.startsWith(root);
            case ALWAYS -> !climbs(path);
        };
        return allowed ? Libc.open(memory, arena.allocateFrom(real.toString()).address(), FLAGS) : -Errno.EXDEV;
    }

    /// True for a name that leads out of the root by itself, without any link.
    private static boolean climbs(String path) {
        return path.startsWith("/") || ("/" + path + "/").contains("/../");
    }

    private @Nullable Path real(String path) {
        try {
            return root.resolve(path).toRealPath();
        } catch (IOException | InvalidPathException notThere) {
            return null;
        }
    }

    /// Nothing is there that may be served, or the system has a reason of its own.
    private static @Nullable OpenFile refused(String path, int errno) throws IOException {
        return switch (errno) {
            case Errno.ENOENT, Errno.ENOTDIR, Errno.EACCES, Errno.EPERM, Errno.EXDEV, Errno.ELOOP, Errno.ENAMETOOLONG,
                    Errno.EINVAL, Errno.ENXIO, Errno.ENODEV -> null;
            default -> throw new IOException("open of " + path + " failed: " + Errno.name(errno));
        };
    }
}
