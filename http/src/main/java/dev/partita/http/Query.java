package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.Percent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds parameters in a query, `name=value&name=value`, where it arrived. Names and values are compared and given decoded.
final class Query {
    private static final int DIGITS_MAX = 18;

    private Query() {}

    /// @return the value, or null if no parameter has this name
    static @Nullable String value(Buffer in, int start, int stop, String name) {
        int at = find(in, start, stop, name);
        return at < 0 ? null : decoded(in, at, end(in, at, stop));
    }

    /// All values of one name.
    static List<String> values(Buffer in, int start, int stop, String name) {
        var values = new ArrayList<String>();
        for (int at = find(in, start, stop, name); at >= 0;) {
            int end = end(in, at, stop);
            values.add(decoded(in, at, end));
            at = end < stop ? find(in, end + 1, stop, name) : -1;
        }
        return values;
    }

    /// All parameters, in the order in which their names came first.
    static Map<String, List<String>> all(Buffer in, int start, int stop) {
        var all = new LinkedHashMap<String, List<String>>();
        for (int at = start; at < stop;) {
            int end = end(in, at, stop);
            int nameEnd = nameEnd(in, at, end);
            if (at < end) {
                all.computeIfAbsent(decoded(in, at, nameEnd), name -> new ArrayList<>())
                        .add(decoded(in, Math.min(nameEnd + 1, end), end));
            }
            at = end + 1;
        }
        return all;
    }

    /// @return `absent` if no parameter has this name, -1 if its value is no number
    static long number(Buffer in, int start, int stop, String name, long absent) {
        int at = find(in, start, stop, name);
        return at < 0 ? absent : number(in, at, end(in, at, stop));
    }

    /// One to 18 decimal digits as a number, -1 for anything else.
    static long number(Buffer in, int from, int to) {
        if (from == to || to - from > DIGITS_MAX) {
            return -1;
        }
        long value = 0;
        for (int at = from; at < to; at++) {
            byte digit = in.at(at);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            value = value * 10 + (digit - '0');
        }
        return value;
    }

    /// Where the value of the first parameter of this name begins, or -1.
    private static int find(Buffer in, int start, int stop, String name) {
        for (int at = start; at < stop;) {
            int end = end(in, at, stop);
            int nameEnd = nameEnd(in, at, end);
            if (at < end && isNamed(in, at, nameEnd, name)) {
                return Math.min(nameEnd + 1, end);
            }
            at = end + 1;
        }
        return -1;
    }

    private static boolean isNamed(Buffer in, int from, int to, String name) {
        int at = from;
        for (int i = 0; i < name.length(); i++) {
            char wanted = name.charAt(i);
            if (wanted > 0x7F) {
                return decoded(in, from, to).equals(name);
            }
            if (at >= to) {
                return false;
            }
            int octet = in.at(at++);
            if (octet == '+') {
                octet = ' ';
            } else if (octet == '%') {
                octet = at + 2 <= to ? Percent.value(in.at(at), in.at(at + 1)) : -1;
                at += 2;
            }
            if (octet != wanted) {
                return false;
            }
        }
        return at == to;
    }

    private static int end(Buffer in, int from, int stop) {
        int at = from;
        while (at < stop && in.at(at) != '&') {
            at++;
        }
        return at;
    }

    private static int nameEnd(Buffer in, int from, int end) {
        int at = from;
        while (at < end && in.at(at) != '=') {
            at++;
        }
        return at;
    }

    private static String decoded(Buffer in, int from, int to) {
        var octets = new byte[to - from];
        in.copy(from, octets, 0, octets.length);
        String decoded = Percent.decode(octets, 0, octets.length, true);
        if (decoded == null) {
            throw new StatusException(400, "the query has a % without two hexadecimal digits behind it");
        }
        return decoded;
    }
}
