package dev.partita.cache;

import org.jspecify.annotations.Nullable;

/// The arrays of items that have gone or changed, for those that come: what lives long is not replaced by new objects, of which a
/// collector would have to copy each, and let the old ones go only with all others. Bounded; under the monitor of its [Segment].
///
/// An array fits every item of its class. There are classes for each 8 bytes, and beyond 256 bytes for each 32nd part of a power
/// of two, so that at most 3 % of an array are unused, and at most 127 bytes.
final class Spares {
    /// Larger arrays are as large as their item and are not kept: a value that does not fit into a connection's buffer is sent from
    /// where it is, so nobody knows when it is needed no longer.
    private static final int BYTES_MAX = 8 << 10;
    private static final int STEP_LEAST = 8;
    private static final int STEPS = 32;
    private static final int STEPPED = STEPS * STEP_LEAST;
    private static final int CLASSES = classOf(BYTES_MAX) + 1;
    private static final int KEPT_MAX = 8;

    /// [#KEPT_MAX] for each class, the first ones of them used.
    private final byte[] @Nullable [] arrays = new byte[CLASSES * KEPT_MAX][];
    private final byte[] kept = new byte[CLASSES];
    private int bytes;

    /// How long an array is that is made for so many bytes.
    static int lengthFor(int length) {
        int size = Store.ARRAY_HEADER_BYTES + length;
        int step = step(size);
        return size > BYTES_MAX ? length : (size + step - 1) / step * step - Store.ARRAY_HEADER_BYTES;
    }

    private static int step(int size) {
        return size <= STEPPED ? STEP_LEAST : Integer.highestOneBit(size - 1) / STEPS;
    }

    private static int classOf(int size) {
        int doublings = size <= STEPPED ? 0 : Integer.numberOfTrailingZeros(step(size) / STEP_LEAST) + 1;
        int below = doublings == 0 ? 0 : STEPPED << doublings - 1;
        return doublings * STEPS + (size - below) / step(size);
    }

    /// An array for so many bytes, with anything in it; null if there is none.
    byte @Nullable [] take(int length) {
        int size = Store.ARRAY_HEADER_BYTES + lengthFor(length);
        if (size > BYTES_MAX) {
            return null;
        }
        int of = classOf(size);
        if (kept[of] == 0) {
            return null;
        }
        int at = of * KEPT_MAX + --kept[of];
        byte[] array = arrays[at];
        arrays[at] = null;
        bytes -= size;
        return array;
    }

    /// Keeps an array that nobody needs any more, if there is room for it.
    ///
    /// @param bytesMax of all that are kept
    void add(byte[] array, long bytesMax) {
        int size = Store.ARRAY_HEADER_BYTES + array.length;
        if (size > BYTES_MAX || bytes + size > bytesMax || lengthFor(array.length) != array.length) {
            return;
        }
        int of = classOf(size);
        if (kept[of] < KEPT_MAX) {
            arrays[of * KEPT_MAX + kept[of]++] = array;
            bytes += size;
        }
    }

    /// What its arrays take.
    int bytes() {
        return bytes;
    }
}
