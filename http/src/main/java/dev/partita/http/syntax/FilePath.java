package dev.partita.http.syntax;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// What file a path in a request stands for: decoded once, then looked at, never the other way round.
public final class FilePath {
    /// What a path may have as it is: `pchar` of RFC 3986 section 3.3, and the slash.
    private static final long PLAIN_LOW = Octets.low("!$&'()*+,-./0123456789:;=");
    private static final long PLAIN_HIGH = Octets.high("@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private FilePath() {}

    /// Decodes and normalises a path.
    ///
    /// @param path percent-encoded, printable ASCII
    /// @return segments that name something, separated by single slashes, none at the ends; null for a path that must not be
    ///     served: a wrong escape, a segment `..`, an encoded slash, a backslash, a control character, or bytes that are not
    ///     UTF-8
    public static @Nullable String decode(String path) {
        var bytes = new byte[path.length()];
        int length = 0;
        for (int at = 0; at < path.length(); at++) {
            int octet = path.charAt(at);
            if (octet == '%') {
                octet = escaped(path, at + 1);
                at += 2;
                if (octet == '/') {
                    return null;
                }
            }
            if (octet < ' ' || octet == 0x7F || octet == '\\') {
                return null;
            }
            bytes[length++] = (byte) octet;
        }
        try {
            return normal(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length)).toString());
        } catch (CharacterCodingException overlongOrCut) {
            return null;
        }
    }

    /// The byte that two hexadecimal digits stand for, or -1.
    private static int escaped(String path, int at) {
        if (at + 2 > path.length()) {
            return -1;
        }
        int high = Character.digit(path.charAt(at), 16);
        int low = Character.digit(path.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static @Nullable String normal(String path) {
        var segments = new StringBuilder(path.length());
        for (int start = 0; start < path.length();) {
            int slash = path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            if (isSegment(path, start, end, "..")) {
                return null;
            }
            if (start != end && !isSegment(path, start, end, ".")) {
                segments.append(segments.isEmpty() ? "" : "/").append(path, start, end);
            }
            start = end + 1;
        }
        return segments.toString();
    }

    private static boolean isSegment(String path, int start, int end, String wanted) {
        return end - start == wanted.length() && path.startsWith(wanted, start);
    }

    /// Encodes a decoded path the way browsers do.
    public static String encode(String decoded) {
        var encoded = new StringBuilder(decoded.length() + 8);
        for (byte octet : decoded.getBytes(StandardCharsets.UTF_8)) {
            if (Octets.isIn(octet, PLAIN_LOW, PLAIN_HIGH)) {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(HEX.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }

    /// True if a segment of a decoded path begins with a dot: not meant for the world.
    public static boolean isHidden(String decoded) {
        return decoded.startsWith(".") || decoded.contains("/.");
    }
}
