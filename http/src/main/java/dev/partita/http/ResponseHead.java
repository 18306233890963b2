package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;
import dev.partita.connection.Outbound;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Writes the head of one reply (RFC 9112 section 4) where it will be sent from: behind earlier replies in outbound, or aside.
///
///     outbound | earlier replies | status line | fields | Content-Length, Date, Connection | body
///                                ^ mark
///     aside                      | status line | fields | ...              until outbound is drained
///
/// Aside is a buffer of [Http#buffer], which takes it back. A head goes there when earlier replies take the room, or have to
/// leave before it. Everything that a head adds by itself has room reserved; what a handler adds is refused when it has none.
///
/// What it is given was checked before. It belongs to the thread that works on the request; nothing here blocks.
final class ResponseHead {
    private static final byte[] CONTENT_TYPE = bytes("Content-Type: ");
    private static final byte[] CONTENT_LENGTH = bytes("Content-Length: ");
    private static final byte[] CHUNKED = bytes("Transfer-Encoding: chunked");
    private static final byte[] CLOSE = bytes("Connection: close\r\n\r\n");
    private static final byte[] KEEP_ALIVE = bytes("Connection: keep-alive\r\n\r\n");
    private static final byte[] SWITCHING = bytes("HTTP/1.1 101 Switching Protocols\r\n");
    private static final int SWITCHING_STATUS = 101;
    private static final byte[] UPGRADE = bytes("Connection: Upgrade\r\nUpgrade: ");
    /// What the fields that the server adds itself take at most, status line included.
    private static final int OWN_BYTES_MAX = 320;

    private Connection connection;
    private final Http http;
    private final Persistence persistence;
    private Outbound outbound;
    /// Where this reply is written: outbound's bytes, or aside.
    private Buffer out;
    /// Where this reply begins in it.
    private int mark;
    private int status = 200;
    /// How long it is once it is complete.
    private int length;
    /// The status line is written.
    private boolean begun;
    private boolean last;
    private @Nullable String contentType;

    ResponseHead(Connection connection, Http http, Persistence persistence) {
        this.connection = connection;
        this.http = http;
        this.persistence = persistence;
        outbound = connection.outbound();
        out = outbound.bytes();
    }

    void moveTo(Connection other) {
        connection = other;
        outbound = other.outbound();
        out = outbound.bytes();
    }

    // What it says.

    void status(int status) {
        if (begun && status != this.status) {
            replaceStatusLine(StatusLine.of(status));
        }
        this.status = status;
    }

    int status() {
        return status;
    }

    /// Sets the media type that takes the place of whatever the reply would say itself.
    void contentType(String contentType) {
        this.contentType = contentType;
    }

    @Nullable String contentType() {
        return contentType;
    }

    /// This reply is the connection's last one, and will say so.
    void close() {
        last = true;
    }

    /// True once it is known that the reply says that the connection closes.
    boolean isLast() {
        return last;
    }

    /// True once something of it is written.
    boolean isBegun() {
        return begun;
    }

    /// How many bytes it has; 0 before it is complete.
    int length() {
        return length;
    }

    // Its lines, before the last ones.

    /// Adds a field.
    ///
    /// @throws IllegalStateException if there is no room for it even aside
    void field(String name, String value) {
        reserve(name.length() + value.length() + 4);
        begin();
        out.putLatin1(name);
        out.put((byte) ':');
        out.put((byte) ' ');
        out.putLatin1(value);
        out.put((byte) '\r');
        out.put((byte) '\n');
    }

    /// Adds fields that were written before: whole lines.
    ///
    /// @throws IllegalStateException as [#field]
    void lines(byte[] lines) {
        reserve(lines.length);
        begin();
        out.put(lines);
    }

    // Its end: one of these completes it.

    /// For a body of that length, of the type that was set before, else of `otherType`, else of `type`.
    void endMeasured(ContentType type, @Nullable String otherType, long bodyLength) {
        if (begun || status != 200 || contentType != null || otherType != null) {
            endMeasuredInPieces(type, otherType, bodyLength);
            return;
        }
        out.put(type.begin());
        out.putDecimal(bodyLength);
        end();
    }

    private void endMeasuredInPieces(ContentType type, @Nullable String otherType, long bodyLength) {
        if (StatusLine.isBodiless(status)) {
            reserve(0);
            begin();
            endAfterLine();
            return;
        }
        putContentType(type, otherType);
        out.put(CONTENT_LENGTH);
        out.putDecimal(bodyLength);
        end();
    }

    /// For a body whose length nobody knows yet: it is chunked, or lasts until the connection closes.
    void endUnmeasured(String otherType, boolean chunked) {
        putContentType(ContentType.BYTES, otherType);
        if (StatusLine.isBodiless(status) || !chunked) {
            endAfterLine();
        } else {
            out.put(CHUNKED);
            end();
        }
    }

    /// For a body of that length, behind [#lines] that say what it is.
    void endPrepared(long bodyLength) {
        reserve(0);
        begin();
        out.put(CONTENT_LENGTH);
        out.putDecimal(bodyLength);
        end();
    }

    /// For no body.
    void endEmpty() {
        reserve(0);
        begin();
        if (StatusLine.isBodiless(status)) {
            endAfterLine();
        } else {
            out.put(CONTENT_LENGTH);
            out.put((byte) '0');
            end();
        }
    }

    /// For another protocol, to which the connection changes behind this head.
    void endSwitching(String protocol) {
        reserve(protocol.length());
        if (begun) {
            replaceStatusLine(SWITCHING);
        } else {
            out.put(SWITCHING);
        }
        begun = true;
        status = SWITCHING_STATUS;
        out.put(UPGRADE);
        out.putLatin1(protocol);
        out.put(http.date());
        length = out.length() - mark;
    }

    /// Another answer has been sent in its place, a whole head.
    void replacedBy(int status, int length) {
        this.status = status;
        this.length = length;
    }

    private void begin() {
        if (!begun) {
            begun = true;
            out.put(StatusLine.of(status));
        }
    }

    private void putContentType(ContentType type, @Nullable String otherType) {
        String chosen = otherType != null ? otherType : contentType;
        reserve(chosen == null ? 0 : chosen.length());
        begin();
        if (chosen == null) {
            out.put(type.field());
        } else {
            out.put(CONTENT_TYPE);
            out.putLatin1(chosen);
            out.put((byte) '\r');
            out.put((byte) '\n');
        }
    }

    /// Ends a head whose last line has no CR LF yet.
    private void end() {
        byte[] date = http.date();
        if (!last && persistence.isUnderstood()) {
            out.put(date);
        } else {
            out.put(date, 0, date.length - 2);
            last |= !persistence.goesOn();
            out.put(last ? CLOSE : KEEP_ALIVE);
        }
        length = out.length() - mark;
    }

    private void endAfterLine() {
        out.truncate(out.length() - 2);
        end();
    }

    private void replaceStatusLine(byte[] line) {
        int old = StatusLine.of(status).length;
        int rest = out.length() - mark - old;
        int grows = line.length - old;
        if (grows > 0) {
            reserve(grows);
            out.put(line, 0, grows);
        }
        out.move(mark + old, mark + line.length, rest);
        out.truncate(mark + line.length + rest);
        for (int i = 0; i < line.length; i++) {
            out.set(mark + i, line[i]);
        }
    }

    // Where it is written.

    /// The buffer in which the reply's body may follow as far as there is room.
    Buffer out() {
        return out;
    }

    /// True if earlier replies stand in front of it in the same buffer.
    boolean isBehindOthers() {
        return out == outbound.bytes() && mark != 0;
    }

    /// Makes sure of room for so many bytes and for what the server adds. Without such a call there is room for the latter.
    private void reserve(int bytes) {
        if (out.room() >= bytes + OWN_BYTES_MAX) {
            return;
        }
        if (!isBehindOthers() || connection.limits().bufferBytes() - (out.length() - mark) < bytes + OWN_BYTES_MAX) {
            throw new IllegalStateException("the head of a reply does not fit into a buffer of "
                    + connection.limits().bufferBytes() + " bytes");
        }
        moveAside();
    }

    /// Goes on in a buffer of its own, unless it is there already.
    void moveAside() {
        if (out != outbound.bytes()) {
            return;
        }
        Buffer aside = http.buffer(connection.limits().bufferBytes());
        aside.put(out, mark, out.length() - mark);
        out.truncate(mark);
        out = aside;
        mark = 0;
    }

    /// Puts it into outbound unless it is there.
    ///
    /// @return false if outbound has to be drained first: call again
    boolean place() {
        Buffer bytes = outbound.bytes();
        if (out != bytes) {
            if (!outbound.isDrained()) {
                return false;
            }
            bytes.put(out, 0, out.length());
            comeBack();
        }
        return true;
    }

    private void comeBack() {
        if (out != outbound.bytes()) {
            http.giveBack(out);
            out = outbound.bytes();
        }
    }

    /// Called before each pass of work: it begins behind what is there.
    void beginPass() {
        if (!begun) {
            mark = out.length();
        }
    }

    /// Takes it back, with what follows it in the same buffer. Nothing of it has been sent.
    void takeBack() {
        if (out == outbound.bytes()) {
            out.truncate(mark);
        }
        clear();
        mark = out.length();
    }

    /// Forgets it, for the next one.
    void clear() {
        comeBack();
        status = 200;
        begun = false;
        last = false;
        length = 0;
        contentType = null;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
