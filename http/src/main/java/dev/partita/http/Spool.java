package dev.partita.http;

import dev.partita.connection.Buffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A temporary file that holds what does not fit into a buffer. Its name is gone as soon as it is open where the system can do
/// that, and when it is closed otherwise. Of a process that is killed no content is left behind; an empty file may be, if that
/// happens in the moment in which it is opened.
///
/// Every method may block.
final class Spool implements AutoCloseable {
    private final FileChannel channel;

    private Spool(FileChannel channel) {
        this.channel = channel;
    }

    static Spool open() throws IOException {
        Path path = Files.createTempFile("partita-", ".body");
        try {
            return new Spool(FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE,
                    StandardOpenOption.DELETE_ON_CLOSE));
        } finally {
            removeName(path); // also if it cannot be opened
        }
    }

    private static void removeName(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException notWhileOpen) {
            // Windows; DELETE_ON_CLOSE does it
        }
    }

    /// Appends `length` bytes of a buffer, from `offset` on; they stay there.
    void append(Buffer from, int offset, int length) throws IOException {
        ByteBuffer bytes = from.readable().slice(offset, length);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// Reads once, from `position` on.
    ///
    /// @return the number of bytes read, or -1 at the end
    int read(long position, ByteBuffer into) throws IOException {
        return channel.read(into, position);
    }

    /// Copies a part to another file, by the system's means where it has any.
    void transferTo(FileChannel target, long from, long count) throws IOException {
        long copied = 0;
        while (copied < count) {
            long part = channel.transferTo(from + copied, count - copied, target);
            if (part <= 0) {
                throw new EOFException("the file of a body has become shorter");
            }
            copied += part;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException ignored) {
            // it was only a copy, and it is gone either way
        }
    }
}
