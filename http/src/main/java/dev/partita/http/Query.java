package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.Octets;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Finds parameters in a query, `name=value&name=value`, where it arrived.
final class Query {
    private static final int DIGITS_MAX = 18;

    private Query() {}

    /// @return the decoded value, or null if no parameter has this name
    static @Nullable String value(Buffer in, int start, int stop, String name) {
        int at = find(in, start, stop, name);
        return at < 0
                ? null
                : URLDecoder.decode(Octets.latin1(in, at, end(in, at, stop) - at), StandardCharsets.UTF_8);
    }

    /// @return `absent` if no parameter has this name, -1 if its value is no number
    static long number(Buffer in, int start, int stop, String name, long absent) {
        int at = find(in, start, stop, name);
        if (at < 0) {
            return absent;
        }
        int end = end(in, at, stop);
        if (at == end || end - at > DIGITS_MAX) {
            return -1;
        }
        long value = 0;
        for (; at < end; at++) {
            byte digit = in.at(at);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            value = value * 10 + (digit - '0');
        }
        return value;
    }

    /// Where the value of the first parameter of this name begins, or -1. A name is compared as it was sent.
    private static int find(Buffer in, int start, int stop, String name) {
        int length = name.length();
        for (int at = start; at < stop; at = end(in, at, stop) + 1) {
            int behind = at + length;
            if (behind <= stop && Octets.equals(in, at, length, name)
                    && (behind == stop || in.at(behind) == '=' || in.at(behind) == '&')) {
                return behind < stop && in.at(behind) == '=' ? behind + 1 : behind;
            }
        }
        return -1;
    }

    private static int end(Buffer in, int from, int stop) {
        int at = from;
        while (at < stop && in.at(at) != '&') {
            at++;
        }
        return at;
    }
}
