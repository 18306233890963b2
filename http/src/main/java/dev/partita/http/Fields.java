package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.Octets;
import dev.partita.http.syntax.Spans;

/// Finds header fields in a head that [RequestHead] has found to be right.
final class Fields {
    /// No such field.
    static final long NONE = -1;

    private Fields() {}

    /// Searches for a field from the line that begins at `line` on.
    ///
    /// @param name in lower case
    /// @param end where the head ends
    /// @return its value's [#start] and [#stop], or [#NONE]
    static long find(Buffer in, int line, int end, String name) {
        int length = name.length();
        for (int at = line; at < end - 2;) {
            int cr = lineEnd(in, at);
            if (at + length < cr && in.at(at + length) == ':' && Octets.equalsIgnoreCase(in, at, length, name)) {
                int start = Spans.skipSpace(in, at + length + 1, cr);
                return (long) start << Integer.SIZE | Spans.trimSpace(in, start, cr);
            }
            at = afterLineEnd(in, cr);
        }
        return NONE;
    }

    /// Where the value found begins.
    static int start(long found) {
        return (int) (found >>> Integer.SIZE);
    }

    /// Where the value found ends.
    static int stop(long found) {
        return (int) found;
    }

    /// Where the line after the one that holds `at` begins.
    static int nextLine(Buffer in, int at) {
        return afterLineEnd(in, lineEnd(in, at));
    }

    /// Where the next line begins after one whose end begins at `at`: with CR LF, or with LF where that is accepted.
    static int afterLineEnd(Buffer in, int at) {
        return in.at(at) == '\n' ? at + 1 : at + 2;
    }

    private static int lineEnd(Buffer in, int from) {
        int cr = Octets.indexOfControl(in, from);
        while (in.at(cr) == '\t') {
            cr = Octets.indexOfControl(in, cr + 1);
        }
        return cr;
    }
}
