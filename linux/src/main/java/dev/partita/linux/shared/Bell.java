package dev.partita.linux.shared;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Eventfd;
import dev.partita.linux.libc.Libc;
import java.io.IOException;

/// What one process rings and the poll of another hears: an eventfd.
public final class Bell implements AutoCloseable {
    private final int fd;

    private Bell(int fd) {
        this.fd = fd;
    }

    /// A new one.
    ///
    /// @throws IOException if there is no descriptor left
    public static Bell open() throws IOException {
        return new Bell(Eventfd.open(CallMemory.ofThread()));
    }

    /// One that came from another process, by its descriptor.
    public static Bell adopt(int fd) {
        return new Bell(fd);
    }

    /// Its descriptor.
    public int fd() {
        return fd;
    }

    /// Rings it.
    public void ring() {
        Eventfd.signal(fd);
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
