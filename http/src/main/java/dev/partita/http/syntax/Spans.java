package dev.partita.http.syntax;

import dev.partita.connection.Buffer;

/// Parts of a field's value, each from a position to before another one.
public final class Spans {
    private Spans() {}

    /// Where `wanted` stands, or `to`.
    public static int indexOf(Buffer in, char wanted, int from, int to) {
        int at = from;
        while (at < to && in.at(at) != wanted) {
            at++;
        }
        return at;
    }

    /// The first byte that is neither a space nor a tab, or `to`.
    public static int skipSpace(Buffer in, int from, int to) {
        int at = from;
        while (at < to && isSpace(in.at(at))) {
            at++;
        }
        return at;
    }

    /// Where the part ends without the spaces and tabs behind it.
    public static int trimSpace(Buffer in, int from, int to) {
        int at = to;
        while (at > from && isSpace(in.at(at - 1))) {
            at--;
        }
        return at;
    }

    private static boolean isSpace(byte octet) {
        return octet == ' ' || octet == '\t';
    }
}
