package dev.partita.proxy;

import dev.partita.connection.Buffer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads the header with which a proxy begins a connection: the PROXY protocol, versions 1 and 2
/// (haproxy.org/download/3.0/doc/proxy-protocol.txt).
///
/// Strict: what the specification does not allow is [#BAD]. Looks at the whole of what has arrived each time, so the result
/// does not depend on how it was split.
final class ProxyHeader {
    /// Results of [#parse] that are not a length: more bytes are needed; this is something else; it is malformed.
    static final int PARTIAL = 0;
    static final int ABSENT = -1;
    static final int BAD = -2;

    /// Section 2.1: the longest line, CR LF included.
    private static final int LINE_BYTES_MAX = 107;
    private static final byte[] LINE_START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    /// Section 2.2.
    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
    private static final int FIXED_BYTES = 16;
    private static final int VERSION_AND_COMMAND = 12;
    private static final int FAMILY_AND_PROTOCOL = 13;
    private static final int LENGTH = 14;
    private static final int VERSION = 0x20;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int STREAM = 1;
    private static final int DATAGRAM = 2;
    private static final int UNIX_PATH_BYTES = 108;
    private static final int TLV_HEAD_BYTES = 3;
    /// Section 2.2.3.
    private static final int PP2_TYPE_CRC32C = 0x03;

    private @Nullable SocketAddress source;

    /// Who has connected to the proxy, of a header that is complete; null if it does not say, or speaks for itself.
    @Nullable SocketAddress source() {
        return source;
    }

    /// @param bytesMax the longest header
    /// @return how many bytes the header takes, or [#PARTIAL], [#ABSENT], [#BAD]
    int parse(Buffer in, int bytesMax) {
        source = null;
        int first = in.at(0);
        byte[] start = first == 'P' ? LINE_START : SIGNATURE;
        int known = Math.min(start.length, in.length());
        for (int at = 0; at < known; at++) {
            if (in.at(at) != start[at]) {
                return ABSENT;
            }
        }
        if (known < start.length) {
            return PARTIAL;
        }
        return first == 'P' ? line(in) : binary(in, bytesMax);
    }

    // Version 1.

    private int line(Buffer in) {
        int most = Math.min(in.length(), LINE_BYTES_MAX);
        int end = 0;
        while (end < most && in.at(end) != '\r') {
            end++;
        }
        if (end + 1 >= most) {
            return most == LINE_BYTES_MAX ? BAD : PARTIAL;
        }
        return in.at(end + 1) == '\n' && words(text(in, 0, end).split(" ", -1)) ? end + 2 : BAD;
    }

    private boolean words(String[] words) {
        if (words[1].equals("UNKNOWN")) {
            return true;
        }
        boolean ipv4 = words[1].equals("TCP4");
        if (!ipv4 && !words[1].equals("TCP6") || words.length != 6) {
            return false;
        }
        InetAddress from = address(words[2], ipv4);
        int port = port(words[4]);
        if (from == null || address(words[3], ipv4) == null || port < 0 || port(words[5]) < 0) {
            return false;
        }
        source = new InetSocketAddress(from, port);
        return true;
    }

    private static @Nullable InetAddress address(String text, boolean ipv4) {
        return IpLiteral.isIpv4(text) == ipv4 ? IpLiteral.parse(text) : null;
    }

    private static int port(String text) {
        if (!text.matches("0|[1-9][0-9]{0,4}")) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port <= 0xFFFF ? port : -1;
    }

    // Version 2.

    private int binary(Buffer in, int bytesMax) {
        if (in.length() < FIXED_BYTES) {
            return PARTIAL;
        }
        int command = in.at(VERSION_AND_COMMAND) - VERSION;
        int family = in.at(FAMILY_AND_PROTOCOL) >> 4 & 0xF;
        int protocol = in.at(FAMILY_AND_PROTOCOL) & 0xF;
        int end = FIXED_BYTES + number(in, LENGTH);
        if (command != LOCAL && command != PROXY || family > 3 || protocol > DATAGRAM || end > bytesMax) {
            return BAD;
        }
        if (in.length() < end) {
            return PARTIAL;
        }
        if (command == LOCAL) {
            return end; // the proxy speaks for itself: whatever follows is not looked at
        }
        int addressBytes = protocol == 0 ? 0 : addressBytes(family);
        if (FIXED_BYTES + addressBytes > end
                || addressBytes != 0 && !areFieldsRight(in, FIXED_BYTES + addressBytes, end)) {
            return BAD;
        }
        source = protocol == STREAM ? address(in, family) : null;
        return end;
    }

    private static int addressBytes(int family) {
        return switch (family) {
            case 1 -> 2 * 4 + 2 * 2;
            case 2 -> 2 * 16 + 2 * 2;
            case 3 -> 2 * UNIX_PATH_BYTES;
            default -> 0;
        };
    }

    private static @Nullable SocketAddress address(Buffer in, int family) {
        return switch (family) {
            case 1 -> inet(in, 4);
            case 2 -> inet(in, 16);
            case 3 -> unix(in);
            default -> null;
        };
    }

    private static SocketAddress inet(Buffer in, int bytes) {
        byte[] address = new byte[bytes];
        in.copy(FIXED_BYTES, address, 0, bytes);
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(address), number(in, FIXED_BYTES + 2 * bytes));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address of 4 or 16 bytes is one", impossible);
        }
    }

    private static SocketAddress unix(Buffer in) {
        int end = 0;
        while (end < UNIX_PATH_BYTES && in.at(FIXED_BYTES + end) != 0) {
            end++;
        }
        byte[] path = new byte[end];
        in.copy(FIXED_BYTES, path, 0, end);
        try {
            return UnixDomainSocketAddress.of(new String(path, StandardCharsets.UTF_8));
        } catch (InvalidPathException unnameable) {
            return UnixDomainSocketAddress.of(""); // a name that the locale of this JVM has no characters for
        }
    }

    /// Section 2.2: type, length, value, and so on to the end. They are skipped, but for a checksum, which has to be right.
    private static boolean areFieldsRight(Buffer in, int start, int end) {
        int at = start;
        while (at <= end - TLV_HEAD_BYTES) {
            int value = at + TLV_HEAD_BYTES;
            int length = number(in, at + 1);
            if (length > end - value || in.at(at) == PP2_TYPE_CRC32C && !isSumRight(in, value, length, end)) {
                return false;
            }
            at = value + length;
        }
        return at == end;
    }

    private static boolean isSumRight(Buffer in, int at, int length, int end) {
        if (length != Integer.BYTES) {
            return false;
        }
        byte[] header = new byte[end];
        in.copy(0, header, 0, end);
        Arrays.fill(header, at, at + length, (byte) 0);
        var sum = new CRC32C();
        sum.update(header, 0, end);
        return sum.getValue() == ((long) number(in, at) << 16 | number(in, at + 2));
    }

    private static int number(Buffer in, int at) {
        return (in.at(at) & 0xFF) << 8 | in.at(at + 1) & 0xFF;
    }

    private static String text(Buffer in, int from, int to) {
        byte[] bytes = new byte[to - from];
        in.copy(from, bytes, 0, bytes.length);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
