package dev.partita.http;

import dev.partita.connection.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A fixed table from paths to values that is asked with bytes where they arrived: open addressing, eight bytes compared at a
/// time. Never more than half full.
final class PathTable<V> {
    private static final long MIX = 0x9E37_79B9_7F4A_7C15L; // 2^64 / golden ratio

    private final long[][] keys;
    private final int[] lengths;
    private final @Nullable Object[] values;
    private final int mask;

    PathTable(Map<String, V> paths) {
        int places = Integer.highestOneBit(Math.max(1, paths.size())) * 4;
        mask = places - 1;
        keys = new long[places][];
        lengths = new int[places];
        values = new Object[places];
        paths.forEach(this::add);
    }

    private void add(String path, V value) {
        long[] words = words(path);
        int place = place(hash(words, path.length()));
        while (values[place] != null) {
            place = place + 1 & mask;
        }
        keys[place] = words;
        lengths[place] = path.length();
        values[place] = value;
    }

    /// The value of the path from `start` to before `end`, or null. Seven bytes have to follow it in the buffer, and do: the
    /// version follows the target.
    @SuppressWarnings("unchecked")
    @Nullable V find(Buffer in, int start, int end) {
        int length = end - start;
        for (int place = place(hash(in, start, end)); values[place] != null; place = place + 1 & mask) {
            if (lengths[place] == length && matches(in, start, end, keys[place])) {
                return (V) values[place];
            }
        }
        return null;
    }

    /// A path of characters up to U+00FF in words of eight, the last one filled up with zeros.
    static long[] words(String path) {
        var words = new long[path.length() + Long.BYTES - 1 >> 3];
        for (int i = 0; i < path.length(); i++) {
            words[i >> 3] |= (long) path.charAt(i) << (i << 3);
        }
        return words;
    }

    static long hash(long[] words, int length) {
        long hash = length;
        for (long word : words) {
            hash = mix(hash, word);
        }
        return hash;
    }

    /// The same for a path from `start` to before `end`, which seven bytes have to follow.
    static long hash(Buffer in, int start, int end) {
        long hash = (long) end - start;
        int at = start;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            hash = mix(hash, in.longAt(at));
        }
        return at < end ? mix(hash, tail(in, at, end)) : hash;
    }

    /// True if the path from `start` to before `end`, as long as those words say, is theirs.
    static boolean matches(Buffer in, int start, int end, long[] words) {
        int at = start;
        for (long word : words) {
            if (word != (at <= end - Long.BYTES ? in.longAt(at) : tail(in, at, end))) {
                return false;
            }
            at += Long.BYTES;
        }
        return true;
    }

    /// The bytes from `at` to before `end`, fewer than eight, with zeros behind them.
    private static long tail(Buffer in, int at, int end) {
        return in.longAt(at) & -1L >>> Long.SIZE - (end - at << 3);
    }

    private static long mix(long hash, long word) {
        long mixed = (hash ^ word) * MIX;
        return mixed ^ mixed >>> 32;
    }

    private int place(long hash) {
        return (int) hash & mask;
    }
}
