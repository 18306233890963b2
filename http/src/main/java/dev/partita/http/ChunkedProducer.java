package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;
import java.nio.charset.StandardCharsets;

/// Puts each piece that a producer makes into a chunk of its own (RFC 9112 section 7.1), around the bytes where they are put.
///
///     | size CR LF | what the producer put | CR LF |
///
/// The size gets as many digits as the room would need. A piece that is much smaller moves a few places to the left, so that
/// a chunk never begins with a zero. When the producer leaves no room for the last CR LF, the next pass begins with it.
final class ChunkedProducer implements Producer {
    private static final byte[] CRLF = "\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    /// Framing of the smallest chunk: the end of the one before, eight digits, CR LF and one byte.
    private static final int ROOM_LEAST = 2 + 8 + 2 + 1;

    private final Producer content;
    private boolean lineOwed;
    private boolean more = true;

    ChunkedProducer(Producer content) {
        this.content = content;
    }

    @Override
    public boolean fill(Buffer into) throws Exception {
        if (into.room() < ROOM_LEAST) {
            return true; // what is before it has to leave first
        }
        if (lineOwed) {
            into.put(CRLF);
            lineOwed = false;
        }
        if (more) {
            chunk(into);
        }
        if (more || lineOwed || into.room() < LAST.length) {
            return true;
        }
        into.put(LAST);
        return false;
    }

    @Override
    public void close() {
        content.close();
    }

    private void chunk(Buffer into) throws Exception {
        int start = into.length();
        int places = digits(into.room());
        for (int i = 0; i < places; i++) {
            into.put((byte) '0');
        }
        into.put(CRLF);
        int from = into.length();
        more = content.fill(into);
        int size = into.length() - from;
        if (size == 0) {
            into.truncate(start); // a chunk of no bytes would be the last one
            return;
        }
        int digits = digits(size);
        if (digits < places) {
            into.move(from - CRLF.length, start + digits, CRLF.length + size);
            into.truncate(start + digits + CRLF.length + size);
        }
        for (int i = 0; i < digits; i++) {
            into.set(start + i, (byte) Character.forDigit(size >>> 4 * (digits - 1 - i) & 0xF, 16));
        }
        if (into.room() < CRLF.length) {
            lineOwed = true;
        } else {
            into.put(CRLF);
        }
    }

    private static int digits(int size) {
        return Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(size) + 3 >> 2);
    }
}
