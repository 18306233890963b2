package dev.partita.load;

import dev.partita.connection.Buffer;

/// Looks at the text of a reply where it lies.
final class Text {
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH = 0x8080_8080_8080_8080L;
    private static final long LINE_FEEDS = '\n' * ONES;

    private Text() {}

    /// Marks the line feeds of eight bytes by their highest bit; exact for the lowest one (Warren, Hacker's Delight, section
    /// 6-1).
    static long lineFeeds(long word) {
        long zeros = word ^ LINE_FEEDS;
        return zeros - ONES & ~zeros & HIGH;
    }

    static boolean startsWith(Buffer in, int at, String wanted) {
        if (in.length() - at < wanted.length()) {
            return false;
        }
        for (int i = 0; i < wanted.length(); i++) {
            if (in.at(at + i) != wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// @param wanted in lower case
    static boolean equalsIgnoreCase(Buffer in, int from, int to, String wanted) {
        if (to - from != wanted.length()) {
            return false;
        }
        for (int i = 0; i < wanted.length(); i++) {
            byte octet = in.at(from + i);
            if ((octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet) != wanted.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// The number that these digits are, which fits in a long; -1 if they are none.
    static long decimal(Buffer in, int from, int to) {
        long value = from < to ? 0 : -1;
        for (int at = from; at < to; at++) {
            int digit = in.at(at) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /// The first position from `from` on that is no space or tab; `to` if there is none.
    static int skipSpace(Buffer in, int from, int to) {
        int at = from;
        while (at < to && isSpace(in.at(at))) {
            at++;
        }
        return at;
    }

    /// The position behind the last one that is no space or tab.
    static int dropSpace(Buffer in, int from, int to) {
        int at = to;
        while (at > from && isSpace(in.at(at - 1))) {
            at--;
        }
        return at;
    }

    /// True if the last of a list of words is this one.
    static boolean lastIs(Buffer in, int from, int to, String wanted) {
        int comma = to;
        while (comma > from && in.at(comma - 1) != ',') {
            comma--;
        }
        return equalsIgnoreCase(in, skipSpace(in, comma, to), to, wanted);
    }

    /// True if one of a list of words is this one.
    static boolean oneIs(Buffer in, int from, int to, String wanted) {
        int at = from;
        while (at < to) {
            int end = at;
            while (end < to && in.at(end) != ',') {
                end++;
            }
            int start = skipSpace(in, at, end);
            if (equalsIgnoreCase(in, start, dropSpace(in, start, end), wanted)) {
                return true;
            }
            at = end + 1;
        }
        return false;
    }

    private static boolean isSpace(byte octet) {
        return octet == ' ' || octet == '\t';
    }
}
