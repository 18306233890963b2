package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.http.syntax.ChunkedDecoder;
import dev.partita.limits.Counter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Takes in the body of a request as it arrives (RFC 9112 section 6): finds its end, takes its coding off, and moves what must
/// not stay in memory to a file.
///
///     inbound   | head | held bytes | next request      the file holds what came before the held bytes
///
/// It names no step and writes no answer: the session asks it after each receive, and decides.
final class BodyReceiver {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private Connection connection;
    private final RequestHead head;
    private long length;
    private long spooled;
    private int held;
    /// Where the next request begins, while this body is complete.
    private int end;
    /// What the last look at it has come to.
    private int result = ChunkedDecoder.MORE;
    private boolean wanted;
    private boolean owesContinue;
    private @Nullable ChunkedDecoder decoder;
    private @Nullable Spool spool;

    BodyReceiver(Connection connection, RequestHead head) {
        this.connection = connection;
        this.head = head;
    }

    void moveTo(Connection other) {
        connection = other;
    }

    /// Begins to receive a body of at most so many bytes.
    void begin(long bytesMax) {
        if (head.isChunked()) {
            if (decoder == null) {
                decoder = new ChunkedDecoder(connection.limits());
            }
            decoder.begin(bytesMax);
        }
        length = head.contentLength();
    }

    /// The body is wanted: a client that waits to be told so has to be.
    void invite() {
        wanted = true;
        owesContinue = head.expectsContinue();
    }

    /// True if the client waits for 100 Continue.
    boolean owesContinue() {
        return owesContinue;
    }

    /// Says 100 Continue (RFC 9110 section 10.1.1).
    ///
    /// @return how many bytes that are
    int putContinue(Buffer into) {
        into.put(CONTINUE);
        owesContinue = false;
        return CONTINUE.length;
    }

    /// Looks at what has arrived.
    ///
    /// @return [ChunkedDecoder#MORE], [ChunkedDecoder#DONE] or the status of the refusal
    int receive() {
        if (result == ChunkedDecoder.MORE) {
            result = look();
        }
        return result;
    }

    private int look() {
        Buffer in = connection.inbound();
        ChunkedDecoder chunked = decoder;
        if (head.isChunked() && chunked != null) {
            int found = chunked.decode(in, head.end() + held);
            if (found > ChunkedDecoder.DONE) {
                return found;
            }
            held = chunked.end() - head.end();
            end = chunked.consumed();
            length = chunked.total();
            return found;
        }
        held = (int) Math.min(length - spooled, in.length() - head.end());
        end = head.end() + held;
        return spooled + held == length ? ChunkedDecoder.DONE : ChunkedDecoder.MORE;
    }

    /// Which limit the body has exceeded that was refused; null if it was malformed.
    @Nullable Counter exceeded() {
        return decoder == null ? null : decoder.exceeded();
    }

    /// True if what is held has to go to the file: it is more than may stay in memory; or the rest of it is there already, or
    /// will be.
    boolean isToAppend() {
        int memoryMax = connection.limits().bufferBytesMax();
        if (isComplete()) {
            return held != 0 && spool != null || held > memoryMax;
        }
        return head.isChunked()
                ? held > memoryMax || connection.isInboundFull()
                : length > memoryMax && held >= memoryMax / 2;
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

    /// True if all of it has arrived, whether somebody wants it or not.
    boolean isComplete() {
        return result == ChunkedDecoder.DONE;
    }

    /// True if all of it has arrived and was wanted: the handler may read it.
    boolean isTaken() {
        return wanted && isComplete();
    }

    /// How long it is, once it is complete.
    long length() {
        return length;
    }

    /// Where the next request begins.
    int end() {
        return Math.max(end, head.end());
    }

    /// The file that holds all of it once it is complete; null if it is in memory.
    @Nullable Spool spool() {
        return spool;
    }

    /// Lets go of everything.
    void clear() {
        length = 0;
        spooled = 0;
        held = 0;
        end = 0;
        result = ChunkedDecoder.MORE;
        wanted = false;
        owesContinue = false;
        Spool file = spool;
        if (file != null) {
            spool = null;
            file.close();
        }
    }
}
