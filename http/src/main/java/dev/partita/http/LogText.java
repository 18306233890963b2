package dev.partita.http;

import dev.partita.connection.Buffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Puts text into lines of a log. Each method returns where it has stopped; none allocates.
///
/// What a client has sent stands there only as printable ASCII without the quote and the backslash. Every other byte is
/// written as its two hexadecimal digits behind `\x`, in JSON as the escape of the character with that number (RFC 8259
/// section 7): no client can begin a line, end a field, or reach the terminal of who reads the log.
final class LogText {
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ESCAPE = {'\\', 'x'};
    private static final byte[] ESCAPE_JSON = {'\\', 'u', '0', '0'};

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;

    private LogText() {}

    /// How long [#put] makes the bytes from `from` to before `to`.
    static int length(Buffer in, int from, int to, boolean json) {
        int strange = 0;
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            strange += Long.bitCount(strange(in.longAt(at)));
        }
        for (; at < to; at++) {
            strange += isPlain(in.at(at)) ? 0 : 1;
        }
        return to - from + strange * (1 + (json ? ESCAPE_JSON : ESCAPE).length);
    }

    /// Puts the bytes from `from` to before `to`.
    static int put(byte[] line, int start, Buffer in, int from, int to, boolean json) {
        int put = start;
        int at = from;
        while (at < to) {
            if (at <= to - Long.BYTES) {
                long word = in.longAt(at);
                if (strange(word) == 0) {
                    LONG_LE.set(line, put, word);
                    put += Long.BYTES;
                    at += Long.BYTES;
                    continue;
                }
            }
            put = put(line, put, in.at(at++), json);
        }
        return put;
    }

    private static int put(byte[] line, int start, byte octet, boolean json) {
        int at = start;
        if (isPlain(octet)) {
            line[at++] = octet;
            return at;
        }
        at = put(line, at, json ? ESCAPE_JSON : ESCAPE);
        line[at++] = HEX[octet >> 4 & 0xF];
        line[at++] = HEX[octet & 0xF];
        return at;
    }

    /// Puts bytes of our own.
    static int put(byte[] line, int at, byte[] ours) {
        System.arraycopy(ours, 0, line, at, ours.length);
        return at + ours.length;
    }

    /// Puts a number that is not negative.
    static int put(byte[] line, int at, long number) {
        int end = at + 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            end++;
        }
        long rest = number;
        for (int i = end - 1; i >= at; i--) {
            line[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return end;
    }

    private static boolean isPlain(byte octet) {
        return octet >= ' ' && octet < 0x7F && octet != '"' && octet != '\\';
    }

    /// The high bit of every byte that is not plain. The additions do not carry, since the high bits are left out.
    private static long strange(long word) {
        long low = word & ~HIGH;
        long printable = low + (0x80 - ' ') * ONES;
        long delete = low + ONES;
        return (~printable | delete | word | is(low, '"') | is(low, '\\')) & HIGH;
    }

    /// The high bit of every byte that is `octet`. All high bits of `low` are 0.
    private static long is(long low, int octet) {
        return ~((low ^ octet * ONES) + ~HIGH);
    }
}
