package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.EntityTag;
import dev.partita.http.syntax.HttpDate;
import dev.partita.http.syntax.Octets;
import org.jspecify.annotations.Nullable;

/// The conditions that a request for a file may be under (RFC 9110 section 13), and the part that it may ask for.
final class Conditions {
    /// What a request asks for that has none of these fields, as most.
    static final int NONE = 0;
    static final int RANGE = 1;

    private static final int IF_MATCH = 1 << 1;
    private static final int IF_NONE_MATCH = 1 << 2;
    private static final int IF_MODIFIED_SINCE = 1 << 3;
    private static final int IF_UNMODIFIED_SINCE = 1 << 4;
    private static final int IF_RANGE = 1 << 5;

    /// What the conditions come to.
    enum Result { MET, NOT_MODIFIED, FAILED }

    private Conditions() {}

    /// Which of the fields a request has: one look at every line. Range means something to GET alone (RFC 9110 section 14.2).
    static int present(Request request) {
        Buffer in = request.in();
        int end = request.head().end();
        int present = NONE;
        for (int line = request.head().fieldsStart(); line < end - 2; line = Fields.nextLine(in, line)) {
            int first = in.at(line) | 0x20;
            if (first == 'i' || first == 'r') {
                present |= field(in, line);
            }
        }
        return request.method() == Method.GET ? present : present & ~RANGE;
    }

    private static int field(Buffer in, int line) {
        int length = Octets.tokenEnd(in, line) - line;
        return switch (length) {
            case 5 -> named(in, line, "range", RANGE);
            case 8 -> named(in, line, "if-match", IF_MATCH) | named(in, line, "if-range", IF_RANGE);
            case 13 -> named(in, line, "if-none-match", IF_NONE_MATCH);
            case 17 -> named(in, line, "if-modified-since", IF_MODIFIED_SINCE);
            case 19 -> named(in, line, "if-unmodified-since", IF_UNMODIFIED_SINCE);
            default -> NONE;
        };
    }

    private static int named(Buffer in, int line, String name, int bit) {
        return Octets.equalsIgnoreCase(in, line, name.length(), name) ? bit : NONE;
    }

    /// Evaluates them in the order of RFC 9110 section 13.2.2. A date that is none, and one of the future in
    /// If-Modified-Since, says nothing.
    ///
    /// @param present of that request
    /// @param modified seconds since 1970
    static Result evaluate(Request request, int present, EntityTag tag, long modified) {
        if ((present & IF_MATCH) != 0) {
            if (!isListed(request, "if-match", tag, true)) {
                return Result.FAILED;
            }
        } else if ((present & IF_UNMODIFIED_SINCE) != 0) {
            long second = date(request.header("if-unmodified-since"));
            if (second != HttpDate.NONE && modified > second) {
                return Result.FAILED;
            }
        }
        if ((present & IF_NONE_MATCH) != 0) {
            return isListed(request, "if-none-match", tag, false) ? Result.NOT_MODIFIED : Result.MET;
        }
        if ((present & IF_MODIFIED_SINCE) != 0) {
            long second = date(request.header("if-modified-since"));
            boolean unchanged = second != HttpDate.NONE && modified <= second
                    && second <= System.currentTimeMillis() / 1_000;
            return unchanged ? Result.NOT_MODIFIED : Result.MET;
        }
        return Result.MET;
    }

    /// The value of Range, if a part is to be sent: not if If-Range names another version (RFC 9110 section 13.1.5), for which
    /// only a tag or a date will do that nothing else can have.
    static @Nullable String range(Request request, int present, EntityTag tag, long modified) {
        if ((present & RANGE) == 0) {
            return null;
        }
        if ((present & IF_RANGE) != 0) {
            String version = String.valueOf(request.header("if-range"));
            boolean same = version.startsWith("\"") || version.startsWith("W/")
                    ? version.equals(tag.opaque())
                    : HttpDate.parse(version) == modified;
            if (!same || tag.weak()) {
                return null;
            }
        }
        return String.join(",", request.headers("range"));
    }

    private static long date(@Nullable String value) {
        return value == null ? HttpDate.NONE : HttpDate.parse(value);
    }

    private static boolean isListed(Request request, String name, EntityTag tag, boolean strongly) {
        Buffer in = request.in();
        int end = request.head().end();
        for (int line = request.head().fieldsStart(); line < end - 2;) {
            long found = Fields.find(in, line, end, name);
            if (found == Fields.NONE) {
                return false;
            }
            if (tag.isIn(in, Fields.start(found), Fields.stop(found), strongly)) {
                return true;
            }
            line = Fields.nextLine(in, Fields.stop(found));
        }
        return false;
    }
}
