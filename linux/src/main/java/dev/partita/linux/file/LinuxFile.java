package dev.partita.linux.file;

import dev.partita.connection.Buffer;
import dev.partita.connection.OpenFile;
import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// An open regular file or folder with its descriptor, which sendfile(2) takes.
public final class LinuxFile implements OpenFile {
    private final long bytes;
    private final long modifiedMillis;
    private final boolean directory;
    private int fd;

    LinuxFile(int fd, long bytes, long modifiedMillis, boolean directory) {
        this.fd = fd;
        this.bytes = bytes;
        this.modifiedMillis = modifiedMillis;
        this.directory = directory;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public long modifiedMillis() {
        return modifiedMillis;
    }

    @Override
    public boolean isDirectory() {
        return directory;
    }

    @Override
    public int read(long position, Buffer into, int bytesMax) throws IOException {
        int most = Math.min(bytesMax, into.room());
        MemorySegment memory = CallMemory.ofThread();
        int read;
        do {
            read = Libc.pread(memory, fd, into.endAddress(), most, position);
        } while (read == -Errno.EINTR);
        if (read < 0) {
            throw new IOException("pread failed: " + Errno.name(-read));
        }
        into.received(read);
        return read;
    }

    /// The descriptor.
    public int fd() {
        return fd;
    }

    /// True until it is closed.
    public boolean isOpen() {
        return fd >= 0;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Libc.close(fd);
            fd = -1;
        }
    }
}
