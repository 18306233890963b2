package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.connection.Outbound;
import dev.partita.connection.Producer;
import dev.partita.http.syntax.ChunkedDecoder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The body of a request, complete, with its coding taken off. Valid as long as its [Request].
///
/// Up to [dev.partita.limits.Limits#bufferBytesMax] it lies in memory, where it arrived. A longer one is in a temporary file, so
/// that reading it may block and fail.
///
///     inbound   | head | held bytes | next request      the file holds what came before the held bytes
public final class Body {
    private final Connection connection;
    private final RequestHead head;
    private long length;
    private long spooled;
    private int held;
    /// Where the next request begins, while this body is complete.
    private int end;
    private boolean complete;
    private @Nullable ChunkedDecoder decoder;
    private @Nullable Spool spool;

    Body(Connection connection, RequestHead head) {
        this.connection = connection;
        this.head = head;
    }

    /// How long it is, in bytes.
    public long length() {
        return complete ? length : 0;
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
        Spool file = spool;
        if (file == null) {
            connection.inbound().copy(head.end() + (int) position, into, at, length);
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
        Spool file = spool;
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

    /// Begins to receive a body.
    void begin(long bytesMax) {
        if (head.isChunked()) {
            if (decoder == null) {
                decoder = new ChunkedDecoder();
            }
            decoder.begin(bytesMax, connection.limits().chunkOverheadBytesMax());
        }
        length = head.contentLength();
    }

    /// Looks at what has arrived.
    ///
    /// @return [ChunkedDecoder#MORE], [ChunkedDecoder#DONE] or the status of the refusal
    int receive() {
        Buffer in = connection.inbound();
        ChunkedDecoder chunked = decoder;
        if (head.isChunked() && chunked != null) {
            int result = chunked.decode(in, head.end() + held);
            held = chunked.end() - head.end();
            end = chunked.consumed();
            length = chunked.total();
            complete = result == ChunkedDecoder.DONE;
            return result;
        }
        held = (int) Math.min(length - spooled, in.length() - head.end());
        end = head.end() + held;
        complete = spooled + held == length;
        return complete ? ChunkedDecoder.DONE : ChunkedDecoder.MORE;
    }

    /// True if it was refused because its framing costs much more than it carries.
    boolean isTooCostly() {
        return decoder != null && decoder.isTooCostly();
    }

    /// True if what is held has to go to the file: it is more than may stay in memory; or the rest of it is there already, or
    /// will be.
    boolean isToAppend() {
        if (complete) {
            return spool != null && held != 0;
        }
        int memoryMax = connection.limits().bufferBytesMax();
        return head.isChunked()
                ? held > memoryMax || connection.isInboundFull()
                : length > memoryMax && held >= memoryMax / 2;
    }

    boolean isComplete() {
        return complete;
    }

    /// Appends what is held to the file. May block.
    void append() throws IOException {
        Spool file = spool;
        if (file == null) {
            file = Spool.open();
            spool = file;
        }
        file.append(connection.inbound(), head.end(), held);
        drop();
    }

    /// Takes what is held out of inbound; the head stays in front of what is behind it.
    void drop() {
        Buffer in = connection.inbound();
        int next = in.length() - end;
        in.move(end, head.end(), next);
        in.truncate(head.end() + next);
        spooled += held;
        held = 0;
        end = head.end();
    }

    /// Where the next request begins.
    int end() {
        return Math.max(end, head.end());
    }

    boolean isInMemory() {
        return spool == null;
    }

    /// Puts it into a buffer, which has room for it. Only while it is in memory.
    void putTo(Buffer into) {
        into.put(connection.inbound(), head.end(), (int) length);
    }

    /// Lets it follow the bytes of outbound. Only while it is in memory.
    void follow(Outbound outbound) {
        outbound.follow(connection.inbound(), head.end(), (int) length);
    }

    /// Gives it back from its file, piece by piece.
    Producer producer() {
        return new Producer() {
            private long position;

            @Override
            public boolean fill(Buffer into) throws IOException {
                Spool file = Objects.requireNonNull(spool);
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

    /// Lets go of everything.
    void clear() {
        length = 0;
        spooled = 0;
        held = 0;
        end = 0;
        complete = false;
        Spool file = spool;
        if (file != null) {
            spool = null;
            file.close();
        }
    }
}
