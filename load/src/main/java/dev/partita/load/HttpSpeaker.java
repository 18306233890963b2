package dev.partita.load;

import dev.partita.connection.Buffer;
import dev.partita.connection.Outbound;
import org.jspecify.annotations.Nullable;

/// One connection of an [HttpDialogue]: finds the end of each reply (RFC 9112 section 6.3) without keeping any of it.
///
/// Strict where a mistake would make one reply out of two, and deaf to what does not matter for that.
final class HttpSpeaker implements Speaker {
    private enum State {
        STATUS, FIELD, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, UNTIL_END
    }

    /// As long as a line may be; a buffer has room for more.
    private static final int LINE_BYTES_MAX = 32 << 10;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final long NONE = -1;
    /// 15 hexadecimal or 18 decimal digits are less than what a long holds.
    private static final int HEX_DIGITS_MAX = 15;
    private static final int DIGITS_MAX = 18;
    /// Nothing to say yet, but there may be more to look at.
    private static final @Nullable Heard GO_ON = null;

    private final byte[][] requests;
    private final boolean[] heads;

    private State state = State.STATUS;
    /// Bytes of an incomplete line that have been looked at.
    private int seen;
    private boolean begun;
    private int status;
    private boolean isOld;
    private boolean chunked;
    private boolean encoded;
    private boolean close;
    private boolean keepAlive;
    /// The Content-Length, then what is left of the body or the chunk.
    private long left = NONE;
    private boolean over;

    HttpSpeaker(byte[][] requests, boolean[] heads) {
        this.requests = requests;
        this.heads = heads;
    }

    @Override
    public void say(int kind, Outbound out) {
        byte[] request = requests[kind];
        Buffer bytes = out.bytes();
        int part = Math.min(request.length, bytes.room());
        bytes.put(request, 0, part);
        if (part < request.length) {
            out.follow(request, part, request.length - part);
        }
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public void reset() {
        state = State.STATUS;
        seen = 0;
        begun = false;
        over = false;
        beginHead();
    }

    private void beginHead() {
        status = 0;
        isOld = false;
        chunked = false;
        encoded = false;
        close = false;
        keepAlive = false;
        left = NONE;
    }

    @Override
    public Heard hear(int kind, Buffer in, boolean ended) {
        Heard heard = GO_ON;
        while (heard == GO_ON) {
            heard = switch (state) {
                case STATUS, FIELD, CHUNK_SIZE, CHUNK_END, TRAILER -> line(kind, in);
                case BODY -> skip(in) ? done() : Heard.MORE;
                case CHUNK -> skip(in) ? next(State.CHUNK_END) : Heard.MORE;
                case UNTIL_END -> {
                    in.clear();
                    yield ended ? done() : Heard.MORE;
                }
            };
        }
        if (heard == null) {
            throw new IllegalStateException("the loop goes on until there is a finding");
        }
        if (heard == Heard.MORE && ended) {
            return begun || !in.isEmpty() ? Heard.EARLY_END : Heard.NOTHING;
        }
        return heard;
    }

    private @Nullable Heard line(int kind, Buffer in) {
        int feed = indexOfLineFeed(in, seen);
        if (feed < 0) {
            seen = in.length();
            return seen > LINE_BYTES_MAX ? Heard.BAD : Heard.MORE;
        }
        int end = feed > 0 && in.at(feed - 1) == '\r' ? feed - 1 : feed;
        Heard heard = switch (state) {
            case STATUS -> status(in, end);
            case FIELD -> end == 0 ? body(kind) : field(in, end);
            case CHUNK_SIZE -> chunk(in, end);
            case CHUNK_END -> end == 0 ? next(State.CHUNK_SIZE) : Heard.BAD;
            case TRAILER -> end == 0 ? done() : GO_ON;
            case BODY, CHUNK, UNTIL_END -> throw new IllegalStateException(state + " has no lines");
        };
        in.skip(feed + 1);
        seen = 0;
        return heard;
    }

    private @Nullable Heard next(State next) {
        state = next;
        return GO_ON;
    }

    /// `HTTP/1.1 200 OK`; the reason may be missing.
    private @Nullable Heard status(Buffer in, int end) {
        if (end < 12 || !Text.startsWith(in, 0, "HTTP/1.") || in.at(8) != ' ' || end > 12 && in.at(12) != ' ') {
            return Heard.BAD;
        }
        beginHead();
        begun = true;
        isOld = in.at(7) == '0';
        status = (int) Text.decimal(in, 9, 12);
        return status >= 100 && status < 600 ? next(State.FIELD) : Heard.BAD;
    }

    private @Nullable Heard field(Buffer in, int end) {
        // Of all fields three matter, and few begin as they do.
        int first = in.at(0) | 0x20;
        if (first != 'c' && first != 't') {
            return in.at(0) == ' ' || in.at(0) == '\t' ? Heard.BAD : GO_ON; // a folded line could hide one of the three
        }
        int colon = in.indexOf((byte) ':', 0);
        if (colon < 0 || colon >= end) {
            return Heard.BAD;
        }
        int from = Text.skipSpace(in, colon + 1, end);
        int to = Text.dropSpace(in, from, end);
        if (Text.equalsIgnoreCase(in, 0, colon, "content-length")) {
            long length = to - from > DIGITS_MAX ? NONE : Text.decimal(in, from, to);
            if (length == NONE || left != NONE && left != length) {
                return Heard.BAD;
            }
            left = length;
        } else if (Text.equalsIgnoreCase(in, 0, colon, "transfer-encoding")) {
            encoded = true;
            chunked = Text.lastIs(in, from, to, "chunked");
        } else if (Text.equalsIgnoreCase(in, 0, colon, "connection")) {
            close |= Text.oneIs(in, from, to, "close");
            keepAlive |= Text.oneIs(in, from, to, "keep-alive");
        }
        return GO_ON;
    }

    /// The head is complete: decides where the reply ends.
    private @Nullable Heard body(int kind) {
        if (status < 200) {
            // An interim reply: the real one follows. Nobody has asked for another protocol.
            return status == SWITCHING_PROTOCOLS ? Heard.BAD : next(State.STATUS);
        }
        if (heads[kind] || status == 204 || status == 304) {
            return done();
        }
        if (encoded) {
            close |= !chunked;
            return next(chunked ? State.CHUNK_SIZE : State.UNTIL_END);
        }
        if (left == NONE) {
            close = true;
            return next(State.UNTIL_END);
        }
        return left == 0 ? done() : next(State.BODY);
    }

    /// `1a;extension`.
    private @Nullable Heard chunk(Buffer in, int end) {
        int digits = 0;
        long size = 0;
        while (digits < end) {
            int digit = Character.digit(in.at(digits), 16);
            if (digit < 0) {
                break;
            }
            size = size << 4 | digit;
            digits++;
        }
        int after = Text.skipSpace(in, digits, end);
        if (digits == 0 || digits > HEX_DIGITS_MAX || after < end && in.at(after) != ';') {
            return Heard.BAD;
        }
        left = size;
        return next(size == 0 ? State.TRAILER : State.CHUNK);
    }

    private boolean skip(Buffer in) {
        int part = (int) Math.min(left, in.length());
        in.skip(part);
        left -= part;
        return left == 0;
    }

    private Heard done() {
        state = State.STATUS;
        begun = false;
        over = close || isOld && !keepAlive;
        return status < 400 ? Heard.WELL : status < 500 ? Heard.CLIENT_ERROR : Heard.SERVER_ERROR;
    }

    private static int indexOfLineFeed(Buffer in, int from) {
        int at = from;
        for (int last = in.length() - Long.BYTES; at <= last; at += Long.BYTES) {
            long found = Text.lineFeeds(in.longAt(at));
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        return in.indexOf((byte) '\n', at);
    }
}
