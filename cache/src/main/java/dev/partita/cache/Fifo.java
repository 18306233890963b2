package dev.partita.cache;

import org.jspecify.annotations.Nullable;

/// Items in the order in which they came, linked through themselves. Under the monitor of its [Segment].
final class Fifo {
    private @Nullable Item newest;
    private @Nullable Item oldest;
    private long bytes;

    void add(Item item) {
        item.older = newest;
        if (newest == null) {
            oldest = item;
        } else {
            newest.newer = item;
        }
        newest = item;
        bytes += item.weight();
    }

    void remove(Item item) {
        Item newer = item.newer;
        Item older = item.older;
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        if (older == null) {
            oldest = newer;
        } else {
            older.newer = newer;
        }
        item.newer = null; // or a dead item would keep live ones from being collected as young
        item.older = null;
        bytes -= item.weight();
    }

    /// One of its items weighs so much more than before.
    void grow(int more) {
        bytes += more;
    }

    @Nullable Item oldest() {
        return oldest;
    }

    /// What its items weigh.
    long bytes() {
        return bytes;
    }
}
