package dev.partita.http.syntax;

import dev.partita.connection.Buffer;
import dev.partita.limits.Counter;
import dev.partita.limits.Limits;
import org.jspecify.annotations.Nullable;

/// Takes the chunked coding (RFC 9112 section 7.1) off a body, in place, as it arrives.
///
///     before   | decoded | arrived since      |
///     after    | decoded, longer |                 (not complete: all that arrived is consumed)
///     after    | decoded, longer | gap | next |    (complete: what is behind belongs to the next request)
///
/// Extensions and trailer fields are checked and dropped. Strict, and bounded: both have a limit, and framing that costs much
/// more than it carries is refused (from [Limits#chunkOverheadBytesMax] on it must not be more than four fifths of the whole:
/// h2o's rule).
public final class ChunkedDecoder {
    /// More bytes are needed.
    public static final int MORE = 0;
    /// The body is complete. Any other result is the status of the refusal.
    public static final int DONE = 1;
    private static final int GO_ON = 0;
    private static final int BAD = 400;
    private static final int TOO_LARGE = 413;
    private static final int TRAILER_TOO_LARGE = 431;

    /// 16 hexadecimal digits are what a long holds.
    private static final int SIZE_DIGITS_MAX = 16;
    /// How many of the longest extensions a body may have.
    private static final int EXTENSIONS_MAX = 16;

    private enum State {
        SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, NAME, VALUE, TRAILER_LF, END_LF, END
    }

    private final Limits limits;
    private State state = State.SIZE;
    private long bytesMax;
    /// The size that is being read, then what is left of the chunk.
    private long left;
    private int digits;
    /// Bytes of this chunk's extension, and of those of all chunks.
    private int extension;
    private int extensions;
    private int trailer;
    private long overhead;
    private long total;
    private int end;
    private int consumed;
    private @Nullable Counter exceeded;

    /// A decoder for one body after the other.
    public ChunkedDecoder(Limits limits) {
        this.limits = limits;
    }

    /// Begins with a new body, which may become so long.
    public void begin(long bytesMax) {
        this.bytesMax = bytesMax;
        state = State.SIZE;
        left = 0;
        digits = 0;
        extension = 0;
        extensions = 0;
        trailer = 0;
        overhead = 0;
        total = 0;
        exceeded = null;
    }

    /// How many bytes of the body have been decoded so far.
    public long total() {
        return total;
    }

    /// Where the decoded bytes end.
    public int end() {
        return end;
    }

    /// Where what has not been looked at begins; different from [#end] only for a complete body.
    public int consumed() {
        return consumed;
    }

    /// Decodes what stands in the buffer from `from` on, which is where the decoded bytes have ended so far.
    ///
    /// @return [#MORE], [#DONE] or the status of the refusal
    public int decode(Buffer in, int from) {
        int read = from;
        int write = from;
        int length = in.length();
        while (read < length && state != State.END) {
            if (state == State.DATA) {
                int part = (int) Math.min(left, length - read);
                if (read != write) {
                    in.move(read, write, part);
                }
                read += part;
                write += part;
                total += part;
                left -= part;
                if (left == 0) {
                    state = State.DATA_CR;
                }
            } else {
                int result = framing(in.at(read++));
                if (result != GO_ON) {
                    return result;
                }
            }
        }
        end = write;
        consumed = read;
        if (state == State.END) {
            return DONE;
        }
        in.truncate(write);
        consumed = write;
        return MORE;
    }

    /// Which limit it has exceeded, once it was refused; null if it was malformed.
    public @Nullable Counter exceeded() {
        return exceeded;
    }

    private int refuse(int status, Counter exceeded) {
        this.exceeded = exceeded;
        return status;
    }

    private int framing(byte octet) {
        if (++overhead > limits.chunkOverheadBytesMax() && overhead > 4 * total) {
            return refuse(BAD, Counter.CHUNKS_TOO_SMALL);
        }
        if (state.compareTo(State.TRAILER) >= 0 && ++trailer > limits.trailerBytesMax()) {
            return refuse(TRAILER_TOO_LARGE, Counter.TRAILERS_TOO_LARGE);
        }
        return switch (state) {
            case SIZE -> size(octet);
            case EXTENSION -> extension(octet);
            case SIZE_LF -> octet == '\n' ? chunk() : BAD;
            case DATA_CR -> expect(octet == '\r', State.DATA_LF);
            case DATA_LF -> expect(octet == '\n', State.SIZE);
            case TRAILER -> trailer(octet, octet == '\r' ? State.END_LF : State.NAME, octet != ':');
            case NAME -> trailer(octet, octet == ':' ? State.VALUE : State.NAME, true);
            case VALUE -> trailer(octet, octet == '\r' ? State.TRAILER_LF : State.VALUE, true);
            case TRAILER_LF -> expect(octet == '\n', State.TRAILER);
            case END_LF -> expect(octet == '\n', State.END);
            case DATA, END -> throw new IllegalStateException(state + " has no framing");
        };
    }

    private int expect(boolean right, State next) {
        state = next;
        return right ? GO_ON : BAD;
    }

    private int size(byte octet) {
        int digit = Character.digit(octet, 16);
        if (digit >= 0) {
            left = left << 4 | digit;
            return ++digits > SIZE_DIGITS_MAX ? BAD : GO_ON;
        }
        if (digits == 0 || octet != '\r' && octet != ';') {
            return BAD;
        }
        state = octet == '\r' ? State.SIZE_LF : State.EXTENSION;
        return left < 0 || left > bytesMax - total ? refuse(TOO_LARGE, Counter.BODIES_TOO_LARGE) : GO_ON;
    }

    private int extension(byte octet) {
        if (octet == '\r') {
            state = State.SIZE_LF;
            return extension == 0 ? BAD : GO_ON;
        }
        extension++;
        extensions++;
        int most = limits.chunkExtensionBytesMax();
        if (extension > most || extensions > EXTENSIONS_MAX * most) {
            return refuse(BAD, Counter.CHUNK_EXTENSIONS_TOO_LARGE);
        }
        return isText(octet) ? GO_ON : BAD;
    }

    private int chunk() {
        state = left == 0 ? State.TRAILER : State.DATA;
        digits = 0;
        extension = 0;
        return GO_ON;
    }

    private int trailer(byte octet, State next, boolean right) {
        if (!right || next == State.NAME && !Octets.isToken(octet)
                || next == State.VALUE && octet != ':' && !isText(octet)) {
            return BAD;
        }
        state = next;
        return GO_ON;
    }

    private static boolean isText(byte octet) {
        return octet < 0 || octet >= ' ' && octet != 0x7F || octet == '\t';
    }
}
