package dev.partita.linux.socket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// A message to whoever reads it, at a unix socket of datagrams: nobody answers, and nobody is waited for.
public final class Notice {
    /// Where the name begins in `struct sockaddr_un` (`unix(7)`).
    private static final int PATH = 2;
    private static final int PATH_BYTES_MAX = 107;

    private Notice() {}

    /// Sends it.
    ///
    /// @param name a path, or with `@` in front a name without a file
    /// @return false if nobody is there, or takes it
    public static boolean send(String name, String text) {
        byte[] path = name.getBytes(UTF_8);
        if (path.length == 0 || path.length > PATH_BYTES_MAX) {
            return false;
        }
        boolean isAbstract = path[0] == '@';
        MemorySegment memory = CallMemory.ofThread();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(PATH + path.length + 1L, Short.BYTES);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) Sockets.AF_UNIX);
            MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, PATH, path.length);
            if (isAbstract) {
                address.set(ValueLayout.JAVA_BYTE, PATH, (byte) 0);
            }
            int fd = Libc.socket(memory, Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_NONBLOCK_CLOEXEC, 0);
            if (fd < 0) {
                return false;
            }
            try {
                // A name without a file has no zero at its end, and its length counts (`unix(7)`).
                int length = PATH + path.length + (isAbstract ? 0 : 1);
                MemorySegment bytes = arena.allocateFrom(text);
                int count = (int) bytes.byteSize() - 1;
                return Libc.connect(memory, fd, address.address(), length) == 0
                        && Libc.send(memory, fd, bytes.address(), count, Sockets.SEND_FLAGS) == count;
            } finally {
                Libc.close(fd);
            }
        }
    }
}
