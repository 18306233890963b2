package dev.partita.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.partita.connection.Buffer;
import dev.partita.connection.Connection;

/// A connection that watches, and the lines that wait to be sent to it: at most [#BYTES_MAX]. What comes while there is no room
/// is left out, and `skipped=N` stands where it would have been.
///
/// Lines come from any thread; the rest is called by the connection's owner.
final class Watcher {
    /// memcached's `watcher_logbuf_size`.
    static final int BYTES_MAX = 256 << 10;
    private static final int SKIPPED_BYTES_MAX = "skipped=\n".length() + 20;

    private final Connection connection;
    private final int events;

    // Under this object's monitor.
    private final byte[] ring = new byte[BYTES_MAX];
    private int first;
    private int count;
    private long skipped;
    private boolean awaited;
    private long ticket;

    /// @param events the [bits][Watched#bit] of what it wants to be told of
    Watcher(Connection connection, int events) {
        this.connection = connection;
        this.events = events;
    }

    int events() {
        return events;
    }

    /// Adds a line, and wakes the connection if it waits for one.
    ///
    /// @return false if there was no room
    synchronized boolean tell(byte[] line) {
        if (line.length + SKIPPED_BYTES_MAX > ring.length - count) {
            skipped++;
            return false;
        }
        tellOfSkipped();
        put(line);
        if (awaited) {
            awaited = false;
            connection.resume(ticket);
        }
        return true;
    }

    private void tellOfSkipped() {
        if (skipped > 0) {
            put(("skipped=" + skipped + "\n").getBytes(US_ASCII));
            skipped = 0;
        }
    }

    private void put(byte[] line) {
        int at = (first + count) % ring.length;
        int part = Math.min(line.length, ring.length - at);
        System.arraycopy(line, 0, ring, at, part);
        System.arraycopy(line, part, ring, 0, line.length - part);
        count += line.length;
    }

    /// @return false if nothing waits to be sent: the connection will be resumed for the next line
    synchronized boolean hasLines() {
        if (count == 0) {
            ticket = connection.ticket();
            awaited = true;
        }
        return count > 0;
    }

    /// Moves what there is room for.
    synchronized void moveTo(Buffer into) {
        int bytes = Math.min(count, into.room());
        int part = Math.min(bytes, ring.length - first);
        into.put(ring, first, part);
        into.put(ring, 0, bytes - part);
        first = (first + bytes) % ring.length;
        count -= bytes;
        if (count == 0) {
            tellOfSkipped(); // whatever comes next may be long in coming
        }
    }
}
