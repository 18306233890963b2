package dev.partita.testing;

import java.util.Arrays;

/// Bytes whose every position can be told: what is sent in bulk, so that a piece that is missing, doubled or exchanged shows.
public final class Pattern {
    /// A prime, so that no buffer size is a multiple of it.
    private static final int PERIOD = 251;
    private static final byte[] BYTES = make(4 << 20);

    private Pattern() {}

    /// The byte at a position.
    public static byte at(long position) {
        return (byte) (position % PERIOD);
    }

    /// The first so many bytes, as a new array.
    public static byte[] bytes(int count) {
        return count <= BYTES.length ? Arrays.copyOf(BYTES, count) : make(count);
    }

    /// The pattern itself, [#LENGTH] long: not to be changed.
    static byte[] shared() {
        return BYTES;
    }

    /// How long the shared one is.
    static final int LENGTH = 4 << 20;

    private static byte[] make(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = at(i);
        }
        return bytes;
    }
}
