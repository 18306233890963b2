package dev.partita.http.syntax;

import dev.partita.connection.Buffer;

/// What a client says about content codings (RFC 9110 section 12.5.3), gathered from one or more fields into one word: a weight
/// in thousandths, 10 bits, for each coding that this server has, for `identity`, which is none, and for `*`, which is any
/// that was not named.
public final class AcceptEncoding {
    /// A client that says nothing.
    public static final long NOTHING = 0xFF_FFFF_FFFFL;

    /// What is sent: nothing was encoded.
    public static final int IDENTITY = 0;
    /// `gzip` (RFC 1952), for which `x-gzip` is another name.
    public static final int GZIP = 1;
    /// `br` (RFC 7932).
    public static final int BROTLI = 2;

    private static final int ANY = 3;
    private static final int UNKNOWN = -1;
    private static final int BITS = 10;
    private static final long UNSAID = (1 << BITS) - 1;
    private static final int HIGHEST = 1_000;
    /// Without a weight of its own `identity` is acceptable, but not asked for.
    private static final int LEAST = 1;

    private AcceptEncoding() {}

    /// Adds what stands in a field's value, from `start` to before `stop`. What is malformed is not accepted.
    ///
    /// @param said [#NOTHING], or what the fields before it said
    public static long add(Buffer in, int start, int stop, long said) {
        long all = said;
        for (int at = start; at < stop;) {
            int comma = Spans.indexOf(in, ',', at, stop);
            int semicolon = Spans.indexOf(in, ';', at, comma);
            int coding = coding(in, Spans.skipSpace(in, at, semicolon), semicolon);
            if (coding != UNKNOWN) {
                int shift = coding * BITS;
                all = all & ~(UNSAID << shift) | (long) weight(in, semicolon, comma) << shift;
            }
            at = comma + 1;
        }
        return all;
    }

    /// The coding to send: what the client prefers of what there is, and of two that it likes as much the one that is smaller.
    /// [#IDENTITY] also for a client that accepts nothing of what there is.
    public static int choose(long said, boolean brotli, boolean gzip) {
        if (said == NOTHING) {
            return IDENTITY;
        }
        int best = brotli ? weight(said, BROTLI) : 0;
        int coding = best > 0 ? BROTLI : IDENTITY;
        if (gzip && weight(said, GZIP) > best) {
            best = weight(said, GZIP);
            coding = GZIP;
        }
        return weight(said, IDENTITY) > best ? IDENTITY : coding;
    }

    private static int weight(long said, int coding) {
        long own = said >>> coding * BITS & UNSAID;
        if (own != UNSAID) {
            return (int) own;
        }
        long any = said >>> ANY * BITS & UNSAID;
        return any != UNSAID ? (int) any : coding == IDENTITY ? LEAST : 0;
    }

    private static int coding(Buffer in, int start, int end) {
        int length = Spans.trimSpace(in, start, end) - start;
        return switch (length) {
            case 1 -> in.at(start) == '*' ? ANY : UNKNOWN;
            case 2 -> Octets.equalsIgnoreCase(in, start, length, "br") ? BROTLI : UNKNOWN;
            case 4 -> Octets.equalsIgnoreCase(in, start, length, "gzip") ? GZIP : UNKNOWN;
            case 6 -> Octets.equalsIgnoreCase(in, start, length, "x-gzip") ? GZIP : UNKNOWN;
            case 8 -> Octets.equalsIgnoreCase(in, start, length, "identity") ? IDENTITY : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    /// The weight behind the semicolon: `q=` with at most three decimals (RFC 9110 section 12.4.2).
    private static int weight(Buffer in, int semicolon, int end) {
        if (semicolon == end) {
            return HIGHEST;
        }
        int start = Spans.skipSpace(in, semicolon + 1, end);
        int stop = Spans.trimSpace(in, start, end);
        int length = stop - start;
        if (length < 3 || length > 7 || (in.at(start) | 0x20) != 'q' || in.at(start + 1) != '='
                || length > 3 && in.at(start + 3) != '.') {
            return 0;
        }
        int weight = 0;
        int unit = HIGHEST;
        for (int at = start + 2; at < stop; at++) {
            int digit = in.at(at) - '0';
            if (at == start + 3) {
                continue; // the point
            }
            if (digit < 0 || digit > 9) {
                return 0;
            }
            weight += digit * unit;
            unit /= 10;
        }
        return weight <= HIGHEST ? weight : 0;
    }
}
