package dev.partita.cache;

import dev.partita.connection.Buffer;
import org.jspecify.annotations.Nullable;

/// The keys of a get, any number of them: they are looked up where they stand in inbound, as many in one pass as have arrived
/// and as outbound has room for the items of, and taken away. Nothing is kept of them, so a line may be longer than any buffer. One a
/// session; allocates nothing.
final class KeysOfGet {
    /// Keys that one pass looks up before others have their turn.
    private static final int KEYS_PER_PASS_MAX = 256;

    private final CacheSession session;
    private final Retrieval retrieval;
    private final Buffer in;
    /// Where the next key begins; and inbound's length when no whole key was left in it, or -1.
    private int at;
    private int stuckAt = -1;
    private boolean hasBad;
    /// Of the keys that this pass has looked up.
    private int hits;
    private int misses;

    KeysOfGet(CacheSession session, Retrieval retrieval) {
        this.session = session;
        this.retrieval = retrieval;
        in = session.inbound();
    }

    /// Inbound begins with the keys now.
    void begin() {
        at = 0;
        stuckAt = -1;
        hasBad = false;
    }

    /// True if nothing can be looked up before more of the line has arrived.
    boolean needMore() {
        return stuckAt == in.length();
    }

    /// One pass.
    ///
    /// @return what there is to say after the last key; null if there are more
    byte @Nullable [] lookUp() {
        stuckAt = -1;
        hits = 0;
        misses = 0;
        byte[] end = null;
        for (int keys = 0; keys < KEYS_PER_PASS_MAX && end == null && session.hasRoom(); keys++) {
            int start = at;
            int length = in.length();
            while (start < length && in.at(start) == ' ') {
                start++;
            }
            int stop = Line.endOfKey(in, start);
            if (stop == length) {
                await(start, stop);
                break;
            }
            end = lookUp(start, stop);
        }
        if (at > 0) {
            in.skip(at);
            stuckAt -= stuckAt < 0 ? 0 : at;
            at = 0;
        }
        count();
        return end;
    }

    /// The key from `start` on is not whole yet.
    private void await(int start, int stop) {
        if (stop - start > Request.KEY_BYTES_MAX + 1) {
            hasBad = true;
            at = stop; // the rest of it will be a key that is looked up by nobody
        } else {
            at = start;
        }
        stuckAt = in.length();
    }

    /// @return what there is to say if this was the last key
    private byte @Nullable [] lookUp(int start, int stop) {
        boolean last = in.at(stop) == '\n';
        int end = last && stop > start && in.at(stop - 1) == '\r' ? stop - 1 : stop;
        if (end - start > Request.KEY_BYTES_MAX) {
            hasBad = true;
        } else if (end > start && !hasBad) {
            boolean hit = retrieval.lookUp(session, start, end - start);
            hits += hit ? 1 : 0;
            misses += hit ? 0 : 1;
        }
        if (!last || !session.hasRoom()) {
            at = stop; // if it was the last one, only the end is left to say
            return null;
        }
        at = stop + 1;
        return hasBad ? Says.BAD_FORMAT_OF_GET : Says.END;
    }

    private void count() {
        Tally.Row tally = session.tally();
        boolean touches = session.request().verb.touches(); // for memcached that is no get
        if (touches) {
            tally.add(Stat.CMD_TOUCH, hits + misses);
        }
        if (hits > 0) {
            tally.add(touches ? Stat.TOUCH_HITS : Stat.GET_HITS, hits);
        }
        if (misses > 0) {
            tally.add(touches ? Stat.TOUCH_MISSES : Stat.GET_MISSES, misses);
        }
    }

    /// True if a key was too long: memcached then says nothing of those behind it.
    boolean hasBad() {
        return hasBad;
    }
}
