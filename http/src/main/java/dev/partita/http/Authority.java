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
    private static final int PORT_DIGITS_MAX = 5;
    private static final int IPV6_GROUPS = 8;
    private static final int GROUP_DIGITS_MAX = 4;
    private static final int IPV4_NUMBERS = 4;
    private static final int IPV4_GROUPS = 2;

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

    /// Behind the bracket that closes an IPv6 address, or `start` if there is none: groups of hexadecimal digits between colons,
    /// of which one pair may stand for groups of zeros, and in place of the last two an IPv4 address.
    private static int addressEnd(Buffer in, int start, int stop) {
        int at = start + 1;
        int groups = 0;
        boolean shortened = false;
        boolean single = false; // a colon that another group has to follow
        boolean separated = true;
        while (at < stop && in.at(at) != ']') {
            if (in.at(at) == ':') {
                single = at + 1 == stop || in.at(at + 1) != ':';
                if (single ? separated : shortened) {
                    return start;
                }
                shortened |= !single;
                separated = true;
                at += single ? 1 : 2;
                continue;
            }
            int end = groupEnd(in, at, stop);
            groups++;
            if (end < stop && in.at(end) == '.') {
                end = lastGroupsEnd(in, at, stop);
                groups += IPV4_GROUPS - 1;
            }
            if (!separated || end == at) {
                return start;
            }
            single = false;
            separated = false;
            at = end;
        }
        boolean whole = shortened ? groups < IPV6_GROUPS : groups == IPV6_GROUPS;
        return whole && !single && at < stop ? at + 1 : start;
    }

    private static int groupEnd(Buffer in, int from, int stop) {
        int at = from;
        while (at < stop && at < from + GROUP_DIGITS_MAX && Character.digit(in.at(at), 16) >= 0) {
            at++;
        }
        return at;
    }

    /// Behind an IPv4 address that the bracket follows, or `from` if there is none.
    private static int lastGroupsEnd(Buffer in, int from, int stop) {
        int at = from;
        for (int numbers = 1;; numbers++) {
            int first = at;
            int number = 0;
            while (at < stop && at < first + 3 && isDigit(in.at(at))) {
                number = number * 10 + (in.at(at++) - '0');
            }
            boolean right = at > first && number <= 0xFF && (at == first + 1 || in.at(first) != '0') && at < stop;
            if (!right || in.at(at) != (numbers == IPV4_NUMBERS ? ']' : '.')) {
                return from;
            }
            if (numbers == IPV4_NUMBERS) {
                return at;
            }
            at++;
        }
    }

    private static boolean isDigit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    /// The port may be empty (RFC 3986 section 3.2.3).
    private static boolean isPort(Buffer in, int from, int stop) {
        int port = 0;
        for (int at = from; at < stop; at++) {
            byte digit = in.at(at);
            if (!isDigit(digit)) {
                return false;
            }
            port = port * 10 + (digit - '0');
        }
        return stop - from <= PORT_DIGITS_MAX && port <= 0xFFFF;
    }
}
