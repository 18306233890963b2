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

    /// Decodes `length` characters, padding included.
    ///
    /// @param into at least [#decodedLengthMax] bytes
    /// @return how many bytes they stand for; -1 if they are not base64
    static int decode(Buffer from, int offset, int length, byte[] into) {
        if (length % 4 != 0) {
            return -1;
        }
        int padding = 0;
        while (padding < 2 && padding < length && from.at(offset + length - 1 - padding) == '=') {
            padding++;
        }
        int bytes = 0;
        int bits = 0;
        int held = 0;
        for (int i = 0; i < length - padding; i++) {
            int value = VALUES[from.at(offset + i) & 0xFF];
            if (value < 0) {
                return -1;
            }
            held = held << 6 | value;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                into[bytes++] = (byte) (held >>> bits);
            }
        }
        return bytes;
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
