package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.connection.Outbound;
import dev.partita.connection.Producer;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// The body of a request, complete, with its coding taken off. Valid as long as its [Request].
///
/// Up to [dev.partita.limits.Limits#bufferBytesMax] it lies in memory, where it arrived. A longer one is in a temporary file, so
/// that reading it may block and fail.
public final class Body {
    private Buffer inbound;
    private final RequestHead head;
    private final BodyReceiver receiver;

    Body(Connection connection, RequestHead head) {
        this.head = head;
        inbound = connection.inbound();
        receiver = new BodyReceiver(connection, head);
    }

    void moveTo(Connection other) {
        inbound = other.inbound();
        receiver.moveTo(other);
    }

    /// How long it is, in bytes.
    public long length() {
        return receiver.isTaken() ? receiver.length() : 0;
    }

    /// All of it. Allocates.
    ///
    /// @throws IOException if it does not fit into an array, or the file cannot be read
    public byte[] bytes() throws IOException {
        return bytes(0, length());
    }

    /// All of it, read as UTF-8. Allocates.
    ///
    /// @throws IOException as [#bytes]
    public String text() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /// Copies a part into an array.
    ///
    /// @throws IndexOutOfBoundsException if the body or the array is shorter
    /// @throws IOException if the file cannot be read
    public void copy(long position, byte[] into, int at, int length) throws IOException {
        Objects.checkFromIndexSize(position, length, length());
        Spool file = receiver.spool();
        if (file == null) {
            inbound.copy(head.end() + (int) position, into, at, length);
            return;
        }
        ByteBuffer target = ByteBuffer.wrap(into, at, length);
        while (target.hasRemaining()) {
            if (file.read(position + target.position() - at, target) < 0) {
                throw new EOFException("the file of a body has become shorter");
            }
        }
    }

    /// All of it as a stream, to be read while the request is valid.
    public InputStream stream() {
        return stream(0, length());
    }

    // For the form.

    /// A part of it, as an array.
    byte[] bytes(long from, long count) throws IOException {
        if (count > Integer.MAX_VALUE - 8) {
            throw new IOException(count + " bytes do not fit into an array");
        }
        var bytes = new byte[(int) count];
        copy(from, bytes, 0, bytes.length);
        return bytes;
    }

    /// A part of it, from `from` to before `to`, as a stream.
    InputStream stream(long from, long to) {
        return new InputStream() {
            private long position = from;

            @Override
            public int read() throws IOException {
                var one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int at, int wanted) throws IOException {
                int part = (int) Math.min(wanted, to - position);
                if (part == 0) {
                    return wanted == 0 ? 0 : -1;
                }
                copy(position, into, at, part);
                position += part;
                return part;
            }

            @Override
            public int available() {
                return (int) Math.min(Integer.MAX_VALUE, to - position);
            }
        };
    }

    /// Writes a part of it to a file.
    void transferTo(FileChannel target, long from, long count) throws IOException {
        Spool file = receiver.spool();
        if (file != null) {
            file.transferTo(target, from, count);
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(bytes(from, count));
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }

    // For the session and the response.

    /// How it is taken in.
    BodyReceiver receiver() {
        return receiver;
    }

    boolean isInMemory() {
        return receiver.spool() == null;
    }

    /// Puts it into a buffer, which has room for it. Only while it is in memory.
    void putTo(Buffer into) {
        into.put(inbound, head.end(), (int) length());
    }

    /// Lets it follow the bytes of outbound. Only while it is in memory.
    void follow(Outbound outbound) {
        outbound.follow(inbound, head.end(), (int) length());
    }

    /// Gives it back from its file, piece by piece.
    Producer producer() {
        long length = length();
        return new Producer() {
            private long position;

            @Override
            public boolean fill(Buffer into) throws IOException {
                Spool file = Objects.requireNonNull(receiver.spool());
                int part = file.read(position,
                        into.writable().limit((int) Math.min(into.room(), length - position)));
                if (part < 0) {
                    throw new EOFException("the file of a body has become shorter");
                }
                into.received(part);
                position += part;
                return position < length;
            }
        };
    }
}
