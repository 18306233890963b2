package dev.partita.http;

import dev.partita.connection.Buffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// The files of one folder that are asked for now, found by the path as it arrived: what Flash called its caches of path names
/// and response headers (Pai, Druschel, Zwaenepoel, USENIX 1999).
///
/// Bounded in places and in bytes. A file that is still asked for is never pushed out by another one: what finds no room is
/// not kept, so that a client which walks through a large folder spoils nothing.
///
/// For any thread; finding waits for nothing.
final class HotFiles {
    private static final int SETS = 512;
    /// Places where a path may be.
    private static final int WAYS = 8;
    /// Between two searches for files that nobody asks for any longer.
    private static final long SEARCH_NANOS = 1_000_000_000L;

    private final AtomicReferenceArray<@Nullable CachedFile> places = new AtomicReferenceArray<>(SETS * WAYS);
    // Under the lock.
    /// How much they take, about.
    private long bytes;
    private long searchedAt = Long.MIN_VALUE / 2;

    /// The file of the path from `start` to before `end`, or null. Does not allocate.
    @Nullable CachedFile find(Buffer in, int start, int end) {
        long hash = PathTable.hash(in, start, end);
        int first = first(hash);
        for (int place = first; place < first + WAYS; place++) {
            CachedFile file = places.getAcquire(place);
            if (file != null && file.hash == hash && file.isAt(in, start, end)) {
                return file;
            }
        }
        return null;
    }

    /// Keeps a file, in place of what was known of its path.
    ///
    /// @param bytesMax the most that all of them may take
    /// @return false if there is no room for it; then nothing is known of its path
    synchronized boolean put(CachedFile file, long now, int bytesMax) {
        remove(file);
        int place = place(file, now);
        if (place < 0 || !makeRoom(bytesMax - file.cost(), now)) {
            return false;
        }
        empty(place);
        places.setRelease(place, file);
        bytes += file.cost();
        return true;
    }

    /// Forgets what is known of that file's path.
    synchronized void remove(CachedFile file) {
        int first = first(file.hash);
        for (int place = first; place < first + WAYS; place++) {
            CachedFile known = places.getPlain(place);
            if (known != null && known.hash == file.hash && java.util.Arrays.equals(known.path, file.path)) {
                empty(place);
            }
        }
    }

    private int place(CachedFile file, long now) {
        int first = first(file.hash);
        for (int place = first; place < first + WAYS; place++) {
            CachedFile other = places.getPlain(place);
            if (other == null || other.isIdle(now)) {
                return place;
            }
        }
        return -1;
    }

    private boolean makeRoom(long most, long now) {
        if (bytes > most && most >= 0 && now - searchedAt >= SEARCH_NANOS) {
            searchedAt = now;
            for (int place = 0; place < places.length(); place++) {
                CachedFile file = places.getPlain(place);
                if (file != null && file.isIdle(now)) {
                    empty(place);
                }
            }
        }
        return bytes <= most;
    }

    private void empty(int place) {
        CachedFile file = places.getPlain(place);
        if (file != null) {
            bytes -= file.cost();
            places.setRelease(place, null);
        }
    }

    private static int first(long hash) {
        return ((int) (hash >>> 16) & SETS - 1) * WAYS;
    }
}
