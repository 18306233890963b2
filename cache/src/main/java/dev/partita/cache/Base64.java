package dev.partita.cache;

import dev.partita.connection.Buffer;
import java.util.Arrays;

/// Base64 (RFC 4648 section 4) between buffers, for the keys of meta commands that are marked `b`. The JDK's own needs arrays
/// on both sides and allocates.
final class Base64 {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final byte[] DIGITS = new byte[64];
    private static final byte[] VALUES = new byte[256];
    private static final byte INVALID = -1;

    static {
        Arrays.fill(VALUES, INVALID);
        for (int i = 0; i < DIGITS.length; i++) {
            DIGITS[i] = (byte) ALPHABET.charAt(i);
            VALUES[DIGITS[i]] = (byte) i;
        }
        VALUES['='] = 0;
    }

    private Base64() {}

    /// The most bytes that `length` characters stand for.
    static int decodedLengthMax(int length) {
        return (length + 3) / 4 * 3;
    }

    /// How many characters `length` bytes become.
    static int encodedLength(int length) {
        return (length + 2) / 3 * 4;
    }

    /// Decodes `length` characters as memcached does: padding may stand anywhere in the last four, and the first four with
    /// padding are the last that count.
    ///
    /// @param into at least [#decodedLengthMax] bytes
    /// @return how many bytes they stand for; 0 if they are not base64
    static int decode(Buffer from, int offset, int length, byte[] into) {
        if (!isValid(from, offset, length)) {
            return 0;
        }
        int bytes = 0;
        int padding = 0;
        for (int i = 0; i < length && padding == 0; i += 4) {
            int three = 0;
            for (int j = 0; j < 4; j++) {
                byte c = from.at(offset + i + j);
                padding += c == '=' ? 1 : 0;
                three = three << 6 | VALUES[c & 0xFF];
            }
            into[bytes++] = (byte) (three >>> 16);
            into[bytes++] = (byte) (three >>> 8);
            into[bytes++] = (byte) three;
        }
        return bytes - padding;
    }

    /// Whether these characters are the base64 of anything.
    static boolean isValid(Buffer from, int offset, int length) {
        int firstPadding = length;
        int padding = 0;
        for (int i = 0; i < length; i++) {
            byte c = from.at(offset + i);
            if (VALUES[c & 0xFF] < 0) {
                return false;
            }
            if (c == '=') {
                firstPadding = Math.min(firstPadding, i & ~3);
                padding += i < firstPadding + 4 ? 1 : 0;
            }
        }
        return length > 0 && length % 4 == 0 && padding <= 2;
    }

    /// Encodes with padding.
    static void encode(byte[] from, int length, Buffer into) {
        for (int i = 0; i < length; i += 3) {
            int left = length - i;
            int three = (from[i] & 0xFF) << 16 | (left > 1 ? (from[i + 1] & 0xFF) << 8 : 0)
                    | (left > 2 ? from[i + 2] & 0xFF : 0);
            into.put(DIGITS[three >>> 18]);
            into.put(DIGITS[three >>> 12 & 63]);
            into.put(left > 1 ? DIGITS[three >>> 6 & 63] : (byte) '=');
            into.put(left > 2 ? DIGITS[three & 63] : (byte) '=');
        }
    }
}
