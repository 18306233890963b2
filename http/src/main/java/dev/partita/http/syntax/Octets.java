package dev.partita.http.syntax;

import dev.partita.connection.Buffer;

/// Looks for bytes in a [Buffer], eight at a time where they are there.
///
/// The arithmetic on a whole word marks bytes by their highest bit and is exact for the lowest marked one, which is the
/// first in memory; a borrow can only spoil what stands behind it. See Warren, Hacker's Delight, section 6-1.
public final class Octets {
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final long LOW7 = 0x7FL * ONES;
    private static final long SPACES = 0x20L * ONES;
    private static final long DELETES = 0x7FL * ONES;
    private static final long HASHES = '#' * ONES;
    private static final long QUESTIONS = '?' * ONES;
    private static final long DASHES = '-' * ONES;
    /// Added to a byte below 128, these set its highest bit if it is at least 'a', or beyond 'z'.
    private static final long FROM_A = (0x80 - 'a') * ONES;
    private static final long BEYOND_Z = (0x7F - 'z') * ONES;

    /// `tchar` of RFC 9110 section 5.6.2.
    private static final long TOKEN_LOW = low("!#$%&'*+-.0123456789");
    private static final long TOKEN_HIGH = high("ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");

    private Octets() {}

    /// The set of those characters below 64, as bits.
    public static long low(String characters) {
        return characters.chars().filter(c -> c < 64).mapToLong(c -> 1L << c).reduce(0, (a, b) -> a | b);
    }

    /// The set of those characters from 64 to 127, as bits.
    public static long high(String characters) {
        return characters.chars().filter(c -> c >= 64).mapToLong(c -> 1L << c).reduce(0, (a, b) -> a | b);
    }

    /// True if a byte is in the set that [#low] and [#high] gave. No byte above 127 is in any.
    public static boolean isIn(byte octet, long low, long high) {
        return octet >= 0 && ((octet < 64 ? low : high) >>> octet & 1) != 0;
    }

    /// True for a character that a method or a field name may have.
    public static boolean isToken(byte octet) {
        return isIn(octet, TOKEN_LOW, TOKEN_HIGH);
    }

    /// The position of the first control character (0 to 31, 127) from `from` on, or the buffer's length.
    public static int indexOfControl(Buffer in, int from) {
        int length = in.length();
        int at = from;
        for (; at <= length - Long.BYTES; at += Long.BYTES) {
            long found = controls(in.longAt(at));
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        return indexOfControlInTail(in, at, length);
    }

    private static int indexOfControlInTail(Buffer in, int from, int length) {
        int left = length - from;
        if (left == 0) {
            return length;
        }
        if (length >= Long.BYTES) {
            // The last eight bytes, of which those before `from` are shifted out: the zeros that come in for them are
            // control characters behind the end.
            long word = in.longAt(length - Long.BYTES) >>> (Long.BYTES - left << 3);
            return from + (Long.numberOfTrailingZeros(controls(word)) >>> 3);
        }
        for (int at = from; at < length; at++) {
            byte octet = in.at(at);
            if (octet >= 0 && octet < ' ' || octet == 0x7F) {
                return at;
            }
        }
        return length;
    }

    private static long controls(long word) {
        long deletes = word ^ DELETES;
        return (word - SPACES & ~word | deletes - ONES & ~deletes) & HIGH;
    }

    /// The position of the first byte from `from` on that ends a path or does not belong into a request target: a space, a
    /// question mark, a number sign, or one above 127. One of them has to be there, with seven bytes behind it.
    public static int indexOfTargetDelimiter(Buffer in, int from) {
        for (int at = from;; at += Long.BYTES) {
            long word = in.longAt(at);
            long found = zeros(word ^ SPACES) | zeros(word ^ QUESTIONS) | zeros(word ^ HASHES) | word & HIGH;
            if (found != 0) {
                return at + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
    }

    private static long zeros(long word) {
        return word - ONES & ~word & HIGH;
    }

    /// The position of the first byte from `from` on that a token does not have. One of them has to be there.
    public static int tokenEnd(Buffer in, int from) {
        int at = from;
        for (int last = in.length() - Long.BYTES; at <= last; at += Long.BYTES) {
            long others = notLettersOrDashes(in.longAt(at));
            if (others != 0) {
                at += Long.numberOfTrailingZeros(others) >>> 3;
                break;
            }
        }
        while (isToken(in.at(at))) {
            at++;
        }
        return at;
    }

    /// Most field names consist of these alone.
    private static long notLettersOrDashes(long word) {
        long lower = (word | SPACES) & LOW7;
        long letters = lower + FROM_A & ~(lower + BEYOND_Z) & ~word;
        long dash = word ^ DASHES;
        long dashes = ~((dash & LOW7) + LOW7 | dash);
        return ~(letters | dashes) & HIGH;
    }

    /// True if the bytes from `at` on are `wanted`, in whatever case.
    ///
    /// @param wanted in lower case
    public static boolean equalsIgnoreCase(Buffer in, int at, int length, String wanted) {
        if (length != wanted.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            byte octet = in.at(at + i);
            int lower = octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
            if (lower != wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// True if the bytes from `at` on are exactly `wanted`.
    public static boolean equals(Buffer in, int at, int length, String wanted) {
        if (length != wanted.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (in.at(at + i) != (byte) wanted.charAt(i) || wanted.charAt(i) > 0xFF) {
                return false;
            }
        }
        return true;
    }

    /// The bytes as a string, one character each.
    public static String latin1(Buffer in, int at, int length) {
        var bytes = new byte[length];
        in.copy(at, bytes, 0, length);
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    /// The first eight characters of a text as a word that compares with [Buffer#longAt].
    public static long word(String text) {
        long word = 0;
        for (int i = Math.min(text.length(), Long.BYTES) - 1; i >= 0; i--) {
            word = word << Byte.SIZE | text.charAt(i);
        }
        return word;
    }
}
