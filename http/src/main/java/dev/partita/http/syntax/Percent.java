package dev.partita.http.syntax;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Takes the percent-encoding off a part of a path, of a query or of a form (RFC 3986 section 2.1, and the WHATWG's URL
/// Standard for forms).
public final class Percent {
    private Percent() {}

    /// Decodes bytes to the text that they stand for in UTF-8; bytes that are not UTF-8 become U+FFFD.
    ///
    /// @param octets what is to be decoded, from `from` to before `to`; overwritten
    /// @param plusIsSpace true in queries and forms
    /// @return null if there is a percent sign without two hexadecimal digits
    public static @Nullable String decode(byte[] octets, int from, int to, boolean plusIsSpace) {
        int end = from;
        for (int at = from; at < to; at++) {
            byte octet = octets[at];
            if (octet == '%') {
                int value = at + 2 < to ? value(octets[at + 1], octets[at + 2]) : -1;
                if (value < 0) {
                    return null;
                }
                octet = (byte) value;
                at += 2;
            } else if (octet == '+' && plusIsSpace) {
                octet = ' ';
            }
            octets[end++] = octet;
        }
        return new String(octets, from, end - from, StandardCharsets.UTF_8);
    }

    /// What two hexadecimal digits stand for, or -1.
    public static int value(byte high, byte low) {
        int first = Character.digit(high, 16);
        int second = Character.digit(low, 16);
        return first < 0 || second < 0 ? -1 : first << 4 | second;
    }
}
