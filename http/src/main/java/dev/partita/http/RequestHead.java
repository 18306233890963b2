package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.Octets;
import dev.partita.http.syntax.Spans;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import org.jspecify.annotations.Nullable;

/// Reads the head of a request (RFC 9112 sections 2 to 6) as it arrives and records what framing and routing need: offsets
/// from the first byte of the buffer, which stay valid when the buffer moves. A header that a handler asks for is searched
/// again, by [Fields].
///
///     line 0         request line           complete line: checked once, in one piece
///     line n         one header field       the same
///     empty line     the end                what the fields say together
///
/// A line is looked at when all of it is there; until then only the search for its end goes on, from where it stopped. So
/// the outcome is the same wherever the bytes were split, and every byte is searched once.
///
/// Strict: what leaves a doubt about where the message ends is refused (RFC 9112 section 11.2).
final class RequestHead {
    /// More bytes are needed.
    static final int PARTIAL = 0;
    /// All of it is there. Any other result of [#parse] but [#PARTIAL] is the status of the refusal.
    static final int COMPLETE = 1;
    private static final int NEXT_LINE = 2;

    /// Shortest request line: `A / HTTP/1.1`.
    private static final int REQUEST_LINE_LEAST = 12;
    private static final int VERSION_LENGTH = 8;
    /// A number of 18 digits always fits into a long.
    private static final int LENGTH_DIGITS_MAX = 18;

    private static final long HTTP_1_1 = Octets.word("HTTP/1.1");
    private static final int GET_ = (int) Octets.word("GET ");
    private static final int POST = (int) Octets.word("POST");

    private static final int HTTP_1_0 = 1;
    private static final int HOST = 1 << 1;
    private static final int LENGTH = 1 << 2;
    private static final int CHUNKED = 1 << 3;
    private static final int CLOSE = 1 << 4;
    private static final int KEEP_ALIVE = 1 << 5;
    private static final int CONTINUE = 1 << 6;
    private static final int UNKNOWN_EXPECTATION = 1 << 7;
    private static final int ABSOLUTE = 1 << 8;

    private final Limits limits;
    private final boolean acceptsBareLf;

    /// Where the line begins that is not complete yet, and how far the search for its end has come.
    private int line;
    private int scanned;
    private byte blankLines;
    private int fields;
    private int flags;

    private @Nullable Method method;
    private int targetStart;
    private int pathStart;
    private int pathEnd;
    private int targetEnd;
    private int fieldsStart;
    private int end;
    private long contentLength;

    /// @param acceptsBareLf whether a LF ends a line also without a CR in front of it (RFC 9112 section 2.2 allows it)
    RequestHead(Limits limits, boolean acceptsBareLf) {
        this.limits = limits;
        this.acceptsBareLf = acceptsBareLf;
    }

    /// True if nothing of the next request has arrived, be it an empty line in front of it.
    boolean isUntouched() {
        return scanned == 0 && line == 0 && blankLines == 0;
    }

    /// Forgets everything, for the next request.
    void clear() {
        line = 0;
        scanned = 0;
        blankLines = 0;
        fields = 0;
        flags = 0;
        method = null;
        end = 0;
        contentLength = 0;
    }

    /// Goes on with what has arrived. Takes empty lines in front of the request away, nothing else.
    ///
    /// @return [#PARTIAL], [#COMPLETE] or the status of the refusal
    int parse(Buffer in) {
        int result = line == 0 ? requestLine(in) : NEXT_LINE;
        while (result == NEXT_LINE) {
            result = fieldLine(in);
        }
        return result;
    }

    private int requestLine(Buffer in) {
        int cr = Octets.indexOfControl(in, scanned);
        if (cr > Math.min(limits.requestLineBytesMax(), limits.headBytesMax() - 2)) {
            return 414;
        }
        int ending = ending(in, cr);
        if (ending != NEXT_LINE) {
            return ending;
        }
        if (cr < REQUEST_LINE_LEAST) {
            return cr == 0 ? blankLine(in) : 400;
        }
        int version = in.longAt(cr - VERSION_LENGTH) == HTTP_1_1 ? NEXT_LINE : otherVersion(in, cr - VERSION_LENGTH);
        if (version != NEXT_LINE) {
            return version;
        }
        targetEnd = cr - VERSION_LENGTH - 1;
        if (in.at(targetEnd) != ' ') {
            return 400;
        }
        line = Fields.afterLineEnd(in, cr);
        fieldsStart = line;
        scanned = line;
        if ((int) in.longAt(0) == GET_) {
            method = Method.GET;
            targetStart = 4;
        } else {
            int known = otherMethod(in);
            if (known != NEXT_LINE) {
                return known;
            }
        }
        return target(in);
    }

    /// What stands at the end of a line: CR LF, or nothing yet, or something that must not be in a line. A bare CR is refused,
    /// and a bare LF unless it was asked for: others would see another message there.
    private int ending(Buffer in, int cr) {
        int length = in.length();
        if (cr == length || cr + 1 == length && in.at(cr) == '\r') {
            scanned = cr;
            return PARTIAL;
        }
        return in.at(cr) == '\r' && in.at(cr + 1) == '\n' || acceptsBareLf && in.at(cr) == '\n' ? NEXT_LINE : 400;
    }

    /// RFC 9112 section 2.2 asks to ignore at least one.
    private int blankLine(Buffer in) {
        if (++blankLines > limits.blankLinesMax()) {
            return 400;
        }
        in.skip(Fields.afterLineEnd(in, 0));
        scanned = 0;
        return parse(in);
    }

    /// RFC 9112 section 2.3: a higher minor version is served as 1.1, another major version is not.
    private int otherVersion(Buffer in, int at) {
        if (!Octets.equals(in, at, 5, "HTTP/") || in.at(at + 6) != '.' || !isDigit(in.at(at + 5))
                || !isDigit(in.at(at + 7))) {
            return 400;
        }
        if (in.at(at + 5) != '1') {
            return 505;
        }
        if (in.at(at + 7) == '0') {
            flags |= HTTP_1_0;
        }
        return NEXT_LINE;
    }

    private int otherMethod(Buffer in) {
        int length = Octets.tokenEnd(in, 0);
        if (length == 0 || in.at(length) != ' ') {
            return 400;
        }
        targetStart = length + 1;
        if ((int) in.longAt(0) == POST && length == 4) {
            method = Method.POST;
            return NEXT_LINE;
        }
        method = Method.at(in, length);
        return method == null ? 501 : NEXT_LINE;
    }

    /// RFC 9112 section 3.2. Control characters have been excluded already.
    private int target(Buffer in) {
        if (targetStart >= targetEnd) {
            return 400;
        }
        pathStart = targetStart;
        if (in.at(targetStart) != '/') {
            int form = otherForm(in);
            if (form != NEXT_LINE) {
                return form;
            }
        }
        int at = Octets.indexOfTargetDelimiter(in, pathStart);
        pathEnd = at;
        while (at < targetEnd && in.at(at) == '?') {
            at = Octets.indexOfTargetDelimiter(in, at + 1);
        }
        return at == targetEnd ? NEXT_LINE : 400;
    }

    /// Asterisk-form for OPTIONS, or absolute-form, whose authority takes the place of Host (RFC 9112 section 3.2.2).
    private int otherForm(Buffer in) {
        int length = targetEnd - targetStart;
        if (method == Method.OPTIONS && length == 1 && in.at(targetStart) == '*') {
            return NEXT_LINE;
        }
        int scheme = length > 7 && Octets.equalsIgnoreCase(in, targetStart, 7, "http://")
                ? 7
                : length > 8 && Octets.equalsIgnoreCase(in, targetStart, 8, "https://") ? 8 : 0;
        int start = targetStart + scheme;
        int stop = start;
        while (stop < targetEnd && in.at(stop) != '/' && in.at(stop) != '?') {
            stop++;
        }
        if (scheme == 0 || stop == start || !Authority.isValid(in, start, stop)) {
            return 400;
        }
        flags |= ABSOLUTE;
        pathStart = stop;
        return NEXT_LINE;
    }

    private int fieldLine(Buffer in) {
        int start = line;
        int length = in.length();
        int cr = Octets.indexOfControl(in, scanned);
        while (cr < length && in.at(cr) == '\t') {
            cr = Octets.indexOfControl(in, cr + 1);
        }
        if (cr > limits.headBytesMax() - 2) {
            return 431;
        }
        int ending = ending(in, cr);
        if (ending != NEXT_LINE) {
            return ending;
        }
        line = Fields.afterLineEnd(in, cr);
        scanned = line;
        if (cr == start) {
            end = line;
            return complete();
        }
        return ++fields > limits.headFieldsMax() ? 431 : field(in, start, cr);
    }

    /// A field is looked at by the length of its name: most are none of ours.
    private int field(Buffer in, int start, int cr) {
        int colon = Octets.tokenEnd(in, start);
        if (colon == start || in.at(colon) != ':') {
            return 400; // no name, a space before the colon, a folded line, or no colon
        }
        int length = colon - start;
        return switch (length) {
            case 4 -> Octets.equalsIgnoreCase(in, start, length, "host") ? host(in, colon + 1, cr) : NEXT_LINE;
            case 6 -> Octets.equalsIgnoreCase(in, start, length, "expect") ? expect(in, colon + 1, cr) : NEXT_LINE;
            case 10 -> Octets.equalsIgnoreCase(in, start, length, "connection")
                    ? connection(in, colon + 1, cr)
                    : NEXT_LINE;
            case 14 -> Octets.equalsIgnoreCase(in, start, length, "content-length")
                    ? contentLength(in, colon + 1, cr)
                    : NEXT_LINE;
            case 17 -> Octets.equalsIgnoreCase(in, start, length, "transfer-encoding")
                    ? transferEncoding(in, colon + 1, cr)
                    : NEXT_LINE;
            default -> NEXT_LINE;
        };
    }

    /// RFC 9112 section 3.2: exactly one.
    private int host(Buffer in, int from, int to) {
        int start = Spans.skipSpace(in, from, to);
        int stop = Spans.trimSpace(in, start, to);
        if ((flags & HOST) != 0 || !(start == stop ? (flags & ABSOLUTE) == 0 : Authority.isValid(in, start, stop))) {
            return 400;
        }
        flags |= HOST;
        return NEXT_LINE;
    }

    /// RFC 9110 section 8.6: digits, once. A list of equal numbers may be accepted there; here it is not.
    private int contentLength(Buffer in, int from, int to) {
        int start = Spans.skipSpace(in, from, to);
        int stop = Spans.trimSpace(in, start, to);
        if ((flags & LENGTH) != 0 || start == stop || stop - start > LENGTH_DIGITS_MAX) {
            return 400;
        }
        long value = 0;
        for (int at = start; at < stop; at++) {
            byte digit = in.at(at);
            if (!isDigit(digit)) {
                return 400;
            }
            value = value * 10 + (digit - '0');
        }
        flags |= LENGTH;
        contentLength = value;
        return NEXT_LINE;
    }

    /// RFC 9112 section 6.1: `chunked` alone and once is all that is understood.
    private int transferEncoding(Buffer in, int from, int to) {
        int start = Spans.skipSpace(in, from, to);
        int stop = Spans.trimSpace(in, start, to);
        if ((flags & CHUNKED) != 0 || !Octets.equalsIgnoreCase(in, start, stop - start, "chunked")) {
            return 400;
        }
        flags |= CHUNKED;
        return NEXT_LINE;
    }

    private int connection(Buffer in, int from, int to) {
        for (int at = from; at < to;) {
            int start = Spans.skipSpace(in, at, to);
            int comma = start;
            while (comma < to && in.at(comma) != ',') {
                comma++;
            }
            int length = Spans.trimSpace(in, start, comma) - start;
            if (Octets.equalsIgnoreCase(in, start, length, "close")) {
                flags |= CLOSE;
            } else if (Octets.equalsIgnoreCase(in, start, length, "keep-alive")) {
                flags |= KEEP_ALIVE;
            }
            at = comma + 1;
        }
        return NEXT_LINE;
    }

    private int expect(Buffer in, int from, int to) {
        int start = Spans.skipSpace(in, from, to);
        int stop = Spans.trimSpace(in, start, to);
        flags |= Octets.equalsIgnoreCase(in, start, stop - start, "100-continue") ? CONTINUE : UNKNOWN_EXPECTATION;
        return NEXT_LINE;
    }

    /// What the fields say together.
    private int complete() {
        if ((flags & (HOST | HTTP_1_0)) == 0) {
            return 400;
        }
        if ((flags & CHUNKED) != 0 && (flags & (LENGTH | HTTP_1_0)) != 0) {
            return 400; // request smuggling: RFC 9112 section 6.1
        }
        return (flags & (UNKNOWN_EXPECTATION | HTTP_1_0)) == UNKNOWN_EXPECTATION ? 417 : COMPLETE;
    }

    /// Which limit the head has exceeded that was refused with this status; null if it was malformed.
    @Nullable Counter exceeded(int refusal) {
        return switch (refusal) {
            case 414 -> Counter.REQUEST_LINES_TOO_LONG;
            case 431 -> Counter.HEADS_TOO_LARGE;
            default -> blankLines > limits.blankLinesMax() ? Counter.BLANK_LINES_TOO_MANY : null;
        };
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    // What is known once the head is complete; method and target from the end of the request line on.

    @Nullable Method method() {
        return method;
    }

    int targetStart() {
        return targetStart;
    }

    /// The path begins with a slash, or is empty (`http://host`) or `*`.
    int pathStart() {
        return pathStart;
    }

    int pathEnd() {
        return pathEnd;
    }

    int targetEnd() {
        return targetEnd;
    }

    /// Where the request line ends.
    int lineEnd() {
        return targetEnd + 1 + VERSION_LENGTH;
    }

    /// Where the first header field's line begins.
    int fieldsStart() {
        return fieldsStart;
    }

    /// Where the body begins; 0 before the head is complete.
    int end() {
        return end;
    }

    boolean isHttp10() {
        return (flags & HTTP_1_0) != 0;
    }

    /// True if the target names the authority itself, between the scheme and the path.
    boolean isAbsolute() {
        return (flags & ABSOLUTE) != 0;
    }

    boolean isChunked() {
        return (flags & CHUNKED) != 0;
    }

    /// 0 without a body, and for a chunked one.
    long contentLength() {
        return contentLength;
    }

    /// True if a body follows that is not known to be empty.
    boolean hasBody() {
        return contentLength != 0 || (flags & CHUNKED) != 0;
    }

    /// True if the client waits for 100 before it sends the body. HTTP/1.0 clients do not (RFC 9110 section 10.1.1).
    boolean expectsContinue() {
        return (flags & (CONTINUE | HTTP_1_0)) == CONTINUE;
    }

    /// Ends the connection after this request, as if the client had asked for it.
    void endConnection() {
        flags |= CLOSE;
    }

    /// True if the connection goes on after this request, as far as the client is concerned (RFC 9112 section 9.3).
    boolean isPersistent() {
        return (flags & (CLOSE | HTTP_1_0)) == 0
                || (flags & (CLOSE | HTTP_1_0 | KEEP_ALIVE)) == (HTTP_1_0 | KEEP_ALIVE);
    }
}
