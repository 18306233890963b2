package dev.partita.http.syntax;

import java.util.Locale;

/// A part of something, as Range asks for it (RFC 9110 section 14.1.2).
///
/// @param first position of the first byte
/// @param length how many bytes; never 0 but for [#NONE] and [#WHOLE]
public record ByteRange(long first, long length) {
    /// All of it, since nothing else was asked for, or nothing that is understood, or several parts at once.
    public static final ByteRange WHOLE = new ByteRange(0, 0);
    /// Nothing: no byte of what was asked for exists.
    public static final ByteRange NONE = new ByteRange(-1, 0);

    private static final String UNIT = "bytes=";
    /// A number of 18 digits always fits into a long, and is beyond the end of any file.
    private static final int DIGITS_MAX = 18;

    /// Reads the value of a Range field.
    ///
    /// @param size of the whole
    public static ByteRange of(String value, long size) {
        String unit = value.substring(0, Math.min(value.length(), UNIT.length()));
        String set = value.substring(unit.length()).strip();
        int dash = set.indexOf('-');
        if (!unit.toLowerCase(Locale.ROOT).equals(UNIT) || dash < 0) {
            return WHOLE;
        }
        String from = set.substring(0, dash);
        String to = set.substring(dash + 1);
        if (!isNumber(from) || !isNumber(to) || from.isEmpty() && to.isEmpty()) {
            return WHOLE; // several ranges, too
        }
        return from.isEmpty() ? last(number(to), size) : between(number(from), to, size);
    }

    private static ByteRange last(long length, long size) {
        if (length == 0) {
            return NONE;
        }
        return length >= size ? whole(size) : new ByteRange(size - length, length);
    }

    private static ByteRange between(long first, String to, long size) {
        long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
        if (last < first) {
            return WHOLE;
        }
        return first >= size ? NONE : new ByteRange(first, Math.min(last, size - 1) - first + 1);
    }

    /// Nothing has no parts, not even by its end.
    private static ByteRange whole(long size) {
        return size == 0 ? WHOLE : new ByteRange(0, size);
    }

    private static boolean isNumber(String digits) {
        return digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long number(String digits) {
        String significant = digits.replaceFirst("^0+(?=.)", "");
        return significant.length() > DIGITS_MAX ? Long.MAX_VALUE : Long.parseLong(significant);
    }

    /// True if all of it is to be sent.
    public boolean isWhole() {
        return length == 0 && first == 0;
    }

    /// True if nothing of what was asked for exists.
    public boolean isNone() {
        return first < 0;
    }

    /// The value of Content-Range for this part.
    public String contentRange(long size) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + size;
    }
}
