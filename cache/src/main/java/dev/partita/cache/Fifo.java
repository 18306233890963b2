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

    /// Puts an item where another one was.
    void replace(Item old, Item item) {
        Item newer = old.newer;
        Item older = old.older;
        item.newer = newer;
        item.older = older;
        if (newer == null) {
            newest = item;
        } else {
            newer.older = item;
        }
        if (older == null) {
            oldest = item;
        } else {
            older.newer = item;
        }
        old.newer = null;
        old.older = null;
        bytes += item.weight() - old.weight();
    }

    @Nullable Item oldest() {
        return oldest;
    }

    /// What its items weigh.
    long bytes() {
        return bytes;
    }
}
