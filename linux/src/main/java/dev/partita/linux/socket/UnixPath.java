package dev.partita.linux.socket;

import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The file that a unix socket is bound to. It outlives the socket, so it has to be removed, but only while it is still the
/// one that this socket made. Both looking and removing are done under a [FolderLock]: otherwise two servers that start
/// together could remove each other's.
///
/// @param identity device and inode
record UnixPath(Path path, @Nullable Object identity) {

    // include/uapi/linux/stat.h: the part of a file's mode that says what it is, and a socket
    private static final int S_IFMT = 0170000;
    private static final int S_IFSOCK = 0140000;

    /// The file of a socket that was just bound.
    static UnixPath bound(UnixDomainSocketAddress address) {
        Path path = address.getPath();
        return new UnixPath(path, identityOf(path));
    }

    /// Removes the file of a server that is gone. One that still answers is left alone, and so is a file that is no socket.
    /// Whoever calls it has the folder's lock, and keeps it until the own socket listens: one that does not listen yet does not
    /// answer either.
    ///
    /// @return false if nothing was removed
    static boolean removeStale(MemorySegment memory, UnixDomainSocketAddress address, NativeAddress connectTo)
            throws IOException {
        Path path = address.getPath();
        if (!isSocket(path)) {
            throw new IOException("cannot listen on " + NativeAddress.show(address)
                    + ": there is a file of that name, and it is not a socket; choose another path");
        }
        int probe = Libc.socket(memory, Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK_CLOEXEC, 0);
        if (probe < 0) {
            throw new IOException("cannot listen on " + NativeAddress.show(address) + ": socket failed with "
                    + Errno.name(-probe) + Errno.remedy(-probe));
        }
        try {
            int result = Libc.connect(
                    memory, probe, connectTo.bytes().address(), (int) connectTo.bytes().byteSize());
            // Whatever is not a refusal comes from a server that lives, also EAGAIN: its backlog is full.
            return result == -Errno.ECONNREFUSED && Files.deleteIfExists(path);
        } finally {
            Libc.close(probe);
        }
    }

    /// Gives the file another name, in the place of whatever has that name.
    UnixPath moveTo(Path name) throws IOException {
        try (FolderLock _ = FolderLock.of(name)) {
            Files.move(path, name, StandardCopyOption.ATOMIC_MOVE);
        }
        return new UnixPath(name, identity);
    }

    void remove() {
        try (FolderLock _ = FolderLock.of(path)) {
            if (identity != null && Objects.equals(identity, identityOf(path))) {
                Files.deleteIfExists(path);
            }
        } catch (IOException gone) {
            // The folder was removed, or is not writable any longer: the next start says so.
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return (mode & S_IFMT) == S_IFSOCK;
    }

    private static @Nullable Object identityOf(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
        } catch (IOException gone) {
            return null;
        }
    }
}
