package dev.partita.cache;

import dev.partita.connection.Buffer;

/// The words of a command line where it stands in inbound, one after the other: words are separated by spaces and nothing
/// else. Everything is an offset from inbound's start.
final class Line {
    private static final long LOW_BITS = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LINE_FEEDS = '\n' * LOW_BITS;
    private static final long SPACES = ' ' * LOW_BITS;
    private static final byte[] NOREPLY = {'n', 'o', 'r', 'e', 'p', 'l', 'y'};

    private final Buffer in;
    private int at;
    private int end;
    private int start;
    private int stop;
    /// The number that the last [#isUnsigned] or [#isSigned] has read.
    private long number;

    Line(Buffer in) {
        this.in = in;
    }

    /// The offset of the first line feed from `from` on; -1 if there is none.
    static int feed(Buffer in, int from) {
        int length = in.length();
        int i = from;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            long zeroWhereFeed = in.longAt(i) ^ LINE_FEEDS;
            long found = zeroWhereFeed - LOW_BITS & ~zeroWhereFeed & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        for (; i < length; i++) {
            if (in.at(i) == '\n') {
                return i;
            }
        }
        return -1;
    }

    /// The offset of the first space or line feed from `from` on; inbound's length if there is none.
    static int endOfKey(Buffer in, int from) {
        int length = in.length();
        int i = from;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            long word = in.longAt(i);
            long zeroWhereFeed = word ^ LINE_FEEDS;
            long zeroWhereSpace = word ^ SPACES;
            long found = (zeroWhereFeed - LOW_BITS & ~zeroWhereFeed | zeroWhereSpace - LOW_BITS & ~zeroWhereSpace)
                    & HIGH_BITS;
            if (found != 0) {
                return i + (Long.numberOfTrailingZeros(found) >>> 3);
            }
        }
        while (i < length && in.at(i) != ' ' && in.at(i) != '\n') {
            i++;
        }
        return i;
    }

    /// Begins with what stands between two offsets.
    void over(int from, int to) {
        at = from;
        end = to;
        start = from;
        stop = from;
    }

    /// Goes to the next word.
    ///
    /// @return false if there is none
    boolean next() {
        int i = at;
        while (i < end && in.at(i) == ' ') {
            i++;
        }
        start = i;
        while (i < end && in.at(i) != ' ') {
            i++;
        }
        stop = i;
        at = i;
        return start < stop;
    }

    int start() {
        return start;
    }

    int stop() {
        return stop;
    }

    int length() {
        return stop - start;
    }

    byte first() {
        return in.at(start);
    }

    /// True if the word is the text.
    boolean is(String text) {
        if (length() != text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (in.at(start + i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    boolean isNoreply() {
        if (length() != NOREPLY.length) {
            return false;
        }
        for (int i = 0; i < NOREPLY.length; i++) {
            if (in.at(start + i) != NOREPLY[i]) {
                return false;
            }
        }
        return true;
    }

    /// Whether a word is left. The current one stays.
    boolean hasMore() {
        for (int i = at; i < end; i++) {
            if (in.at(i) != ' ') {
                return true;
            }
        }
        return false;
    }

    /// How many words are left. The current one stays.
    int left() {
        int words = 0;
        for (int i = at; i < end; i++) {
            if (in.at(i) != ' ' && (i == at || in.at(i - 1) == ' ')) {
                words++;
            }
        }
        return words;
    }

    long number() {
        return number;
    }

    /// Reads the word, from its character `skip` on, as a number from 0 to 2^64-1, as C's strtoull does for memcached: a sign may
    /// stand before it. A minus counts back from 2^64, and then the number has to be below 2^63: `-0` is one, `-1` is none.
    boolean isUnsigned(int skip) {
        int from = start + skip;
        boolean negative = from < stop && in.at(from) == '-';
        if (!digits(negative ? from + 1 : from, stop, negative)) {
            return false;
        }
        if (negative) {
            number = -number;
            return number >= 0;
        }
        return true;
    }

    /// Reads the word, from its character `skip` on, as a number from -2^63 to 2^63-1.
    boolean isSigned(int skip) {
        int from = start + skip;
        boolean negative = from < stop && in.at(from) == '-';
        if (!digits(negative ? from + 1 : from, stop, negative)) {
            return false;
        }
        if (negative) {
            number = -number;
            return number <= 0;
        }
        return number >= 0;
    }

    private boolean digits(int from, int to, boolean signed) {
        int i = !signed && from < to && in.at(from) == '+' ? from + 1 : from;
        if (i == to) {
            return false;
        }
        long value = 0;
        for (; i < to; i++) {
            int digit = in.at(i) - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(value, Updates.LARGEST_TENTH) > 0) {
                return false;
            }
            value = value * 10 + digit;
            if (Long.compareUnsigned(value, digit) < 0) {
                return false; // past 2^64-1
            }
        }
        number = value;
        return true;
    }
}
