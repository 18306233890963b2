package dev.partita.linux.socket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.partita.linux.libc.CallMemory;
import dev.partita.linux.libc.Errno;
import dev.partita.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// A message to whoever reads it, at a unix socket of datagrams: nobody answers, and nobody is waited for. Or only a look whether somebody
/// is there.
public final class Notice {
    /// Where the name begins in `struct sockaddr_un` (`unix(7)`).
    private static final int PATH = 2;

    private Notice() {}

    /// Sends it.
    ///
    /// @param name a path, or with `@` in front a name without a file
    /// @return false if nobody is there, or takes it
    public static boolean send(String name, String text) {
        boolean isAbstract = name.startsWith("@");
        byte[] path = (isAbstract ? "\0" + name.substring(1) : name).getBytes(UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            int fd = open();
            if (fd < 0) {
                return false;
            }
            try {
                MemorySegment bytes = arena.allocateFrom(text);
                int count = (int) bytes.byteSize() - 1;
                return connect(fd, path, arena) == 0
                        && Libc.send(CallMemory.ofThread(), fd, bytes.address(), count, Sockets.SEND_FLAGS) == count;
            } finally {
                Libc.close(fd);
            }
        }
    }

    /// Whether a socket of any kind lives whose file this is, by whatever name it was bound. One that takes connections hears
    /// nothing of it: the kernel finds it and refuses a socket of datagrams (EPROTOTYPE), where nobody lives it refuses
    /// the connection.
    ///
    /// @return true also where that cannot be told
    public static boolean isAnybodyAt(Path file) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open();
            if (fd < 0) {
                return true;
            }
            try {
                return connect(fd, file.toString().getBytes(UTF_8), arena) != -Errno.ECONNREFUSED;
            } finally {
                Libc.close(fd);
            }
        }
    }

    private static int open() {
        return Libc.socket(CallMemory.ofThread(), Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_NONBLOCK_CLOEXEC,
                0);
    }

    /// @return 0 or a negative error number
    private static int connect(int fd, byte[] path, Arena arena) {
        if (path.length == 0 || path.length > NativeAddress.UN_PATH_BYTES_MAX) {
            return -Errno.ENAMETOOLONG;
        }
        MemorySegment address = arena.allocate(PATH + path.length + 1L, Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) Sockets.AF_UNIX);
        MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, PATH, path.length);
        // A name without a file has no zero at its end, and its length counts (`unix(7)`).
        int length = PATH + path.length + (path[0] == 0 ? 0 : 1);
        return Libc.connect(CallMemory.ofThread(), fd, address.address(), length);
    }
}
