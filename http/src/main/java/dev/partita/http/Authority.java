package dev.partita.http;

import dev.partita.connection.Buffer;
import dev.partita.http.syntax.Octets;
import dev.partita.http.syntax.Percent;

/// Checks `uri-host [ ":" port ]` (RFC 3986 section 3.2.2), which is what Host and an absolute target may say. No user
/// information, no list, no path: others would route such a request elsewhere than we do.
final class Authority {
    private static final String NAME = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+;=%";
    private static final long NAME_LOW = Octets.low(NAME);
    private static final long NAME_HIGH = Octets.high(NAME);
    private static final String ADDRESS = "0123456789abcdefABCDEF:.";
    private static final long ADDRESS_LOW = Octets.low(ADDRESS);
    private static final long ADDRESS_HIGH = Octets.high(ADDRESS);
    private static final int PORT_DIGITS_MAX = 5;

    private Authority() {}

    /// True for the bytes from `start` to before `stop`, of which there is at least one.
    static boolean isValid(Buffer in, int start, int stop) {
        int at = in.at(start) == '[' ? addressEnd(in, start, stop) : nameEnd(in, start, stop);
        return at > start && (at == stop || in.at(at) == ':' && isPort(in, at + 1, stop));
    }

    /// Behind the name, or `start` if it is none.
    private static int nameEnd(Buffer in, int start, int stop) {
        int at = start;
        while (at < stop && Octets.isIn(in.at(at), NAME_LOW, NAME_HIGH)) {
            if (in.at(at) == '%' && (at + 2 >= stop || Percent.value(in.at(at + 1), in.at(at + 2)) < 0)) {
                return start;
            }
            at++;
        }
        return at;
    }

    /// Behind the bracket that closes an IPv6 address, or `start` if there is none.
    private static int addressEnd(Buffer in, int start, int stop) {
        int at = start + 1;
        while (at < stop && Octets.isIn(in.at(at), ADDRESS_LOW, ADDRESS_HIGH)) {
            at++;
        }
        return at > start + 1 && at < stop && in.at(at) == ']' ? at + 1 : start;
    }

    /// The port may be empty (RFC 3986 section 3.2.3).
    private static boolean isPort(Buffer in, int from, int stop) {
        int port = 0;
        for (int at = from; at < stop; at++) {
            byte digit = in.at(at);
            if (digit < '0' || digit > '9') {
                return false;
            }
            port = port * 10 + (digit - '0');
        }
        return stop - from <= PORT_DIGITS_MAX && port <= 0xFFFF;
    }
}
