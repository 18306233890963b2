package dev.partita.http.syntax;

import dev.partita.connection.Buffer;
import java.nio.charset.StandardCharsets;

/// The mark by which one version of something is told from another (RFC 9110 section 8.8.3).
///
/// @param opaque what is compared, with its quotation marks
/// @param weak true if something else could have the same one: good enough for not sending it again, not for sending a part
///     of it
public record EntityTag(String opaque, boolean weak) {
    /// The tag of what a file holds: its size and the time of its last change in nanoseconds, so that it is the same wherever
    /// the file was copied with its time. A file that changes twice within a tick of the file system's clock, or gets an old
    /// time back, cannot be told apart by that.
    ///
    /// @param coding what was done to the content, as it is called in Content-Encoding, or nothing
    public static EntityTag of(long bytes, long modifiedNanos, String coding, boolean weak) {
        return new EntityTag('"' + Long.toHexString(bytes) + '-' + Long.toHexString(modifiedNanos)
                + (coding.isEmpty() ? "" : '-' + coding) + '"', weak);
    }

    /// The whole header field, with its end.
    public byte[] line() {
        return ("ETag: " + (weak ? "W/" : "") + opaque + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// True if a value of If-Match or If-None-Match, from `start` to before `stop`, is `*` or names this tag. Whatever stands
    /// behind something malformed does not count.
    ///
    /// @param strongly true if a weak tag is like no other (RFC 9110 section 8.8.3.2)
    public boolean isIn(Buffer in, int start, int stop, boolean strongly) {
        for (int at = skip(in, start, stop); at < stop;) {
            if (in.at(at) == '*') {
                return true;
            }
            boolean otherWeak = stop - at > 2 && in.at(at) == 'W' && in.at(at + 1) == '/';
            int open = otherWeak ? at + 2 : at;
            int close = in.at(open) == '"' ? Spans.indexOf(in, '"', open + 1, stop) : stop;
            if (close == stop) {
                return false;
            }
            int length = close + 1 - open;
            if (!(strongly && (weak || otherWeak)) && Octets.equals(in, open, length, opaque)) {
                return true;
            }
            at = skip(in, close + 1, stop);
        }
        return false;
    }

    private static int skip(Buffer in, int from, int to) {
        int at = Spans.skipSpace(in, from, to);
        while (at < to && in.at(at) == ',') {
            at = Spans.skipSpace(in, at + 1, to);
        }
        return at;
    }
}
