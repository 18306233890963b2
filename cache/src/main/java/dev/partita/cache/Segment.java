package dev.partita.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A share of the store's keys and of its memory: a table of chains in which items are found, and two queues that decide which
/// item goes when the memory is full (S3-FIFO: Yang and others, "FIFO queues are all you need for cache eviction", SOSP 2023).
///
///     new -> small (a tenth) --- not asked for --> goes; its hash stays among the ghosts
///     new, and a ghost --.  '--- asked for ------.
///                        '-> main (the rest) <---'
///                             ^ '-- not asked for since it was looked at last --> goes
///                             '---- asked for: starts again
///
/// A get only finds and marks, without a lock. Everything else holds this object's monitor. The items are chained and queued
/// through themselves: there are no nodes.
final class Segment {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Item[].class);
    private static final int SLOTS_LEAST = 1 << 8;
    private static final int SLOTS_MOST = 1 << 26;
    /// Of the memory, what items have until somebody asks for them.
    private static final int SMALL_SHARE = 10;
    /// Items that are looked at for one that can go. After these the next one goes, asked for or not: a put has to end.
    private static final int LOOKS_MAX = 1_000;
    /// Slots that [#collect] looks at in one go.
    private static final int SLOTS_COLLECTED_MAX = 64;

    private final Consumer<Item> onEviction;
    private final Fifo small = new Fifo();
    private final Fifo main = new Fifo();
    private long bytesMax;
    private int items;
    /// As many slots as items or up to twice as many. A chain is chosen by its hash's high bits, the segment by the low ones.
    private volatile @Nullable Item[] table = new Item[SLOTS_LEAST];
    /// Odd while chains are being moved into a larger table: who found nothing meanwhile knows nothing.
    private volatile int growths;
    /// The hashes of items that went from the small queue, each where the table has its chain, until another one comes there.
    private int[] ghosts = new int[SLOTS_LEAST];

    /// @param onEviction told of each item that went because the memory was full
    Segment(long bytesMax, Consumer<Item> onEviction) {
        this.bytesMax = bytesMax;
        this.onEviction = onEviction;
    }

    /// The item with this key. From any thread; takes no lock but while the table grows; allocates nothing.
    @Nullable Item find(Probe key) {
        int before = growths;
        Item item = find(table, key);
        return item != null || before == growths && before % 2 == 0 ? item : findAlone(key);
    }

    private synchronized @Nullable Item findAlone(Probe key) {
        return find(table, key);
    }

    private static @Nullable Item find(@Nullable Item[] table, Probe key) {
        Item item = (Item) SLOT.getAcquire(table, slot(table.length, key.hash()));
        while (item != null && !key.matches(item)) {
            item = item.next;
        }
        return item;
    }

    private static int slot(int slots, int hash) {
        return hash >>> Integer.numberOfLeadingZeros(slots) + 1;
    }

    // Under this monitor.

    /// Stores an item, over the one that has its key, and lets items go until the memory suffices.
    synchronized void put(Item item) {
        Item[] table = this.table;
        int slot = slot(table.length, item.hash);
        Item before = null;
        Item old = table[slot];
        while (old != null && !old.hasKeyOf(item)) {
            before = old;
            old = old.next;
        }
        if (old == null) {
            item.next = table[slot];
            SLOT.setRelease(table, slot, item);
            enqueue(item, slot);
            if (++items > table.length && table.length < SLOTS_MOST) {
                grow();
            }
        } else {
            item.next = old.next;
            item.succeed(old);
            follow(table, slot, before, item);
            queueOf(item).replace(old, item);
        }
        makeRoom();
    }

    private void enqueue(Item item, int slot) {
        if (ghosts[slot] == item.hash) {
            ghosts[slot] = 0;
            item.becomeMain();
        }
        queueOf(item).add(item);
    }

    /// Puts an item, or nothing, behind another one or at the start of its chain.
    private static void follow(@Nullable Item[] table, int slot, @Nullable Item before, @Nullable Item item) {
        if (before == null) {
            SLOT.setRelease(table, slot, item);
        } else {
            before.next = item;
        }
    }

    private Fifo queueOf(Item item) {
        return item.isMain() ? main : small;
    }

    /// Whether it is this item that is stored under its key.
    synchronized boolean holds(Item item) {
        Item[] table = this.table;
        Item at = table[slot(table.length, item.hash)];
        while (at != null && at != item) {
            at = at.next;
        }
        return at != null;
    }

    /// Removes an item that is here.
    synchronized void remove(Item item) {
        unchain(item);
        queueOf(item).remove(item);
    }

    private void unchain(Item item) {
        Item[] table = this.table;
        int slot = slot(table.length, item.hash);
        Item before = null;
        for (Item at = table[slot]; at != null && at != item; at = at.next) {
            before = at;
        }
        follow(table, slot, before, item.next); // who stands at it goes on from it
        items--;
    }

    private void makeRoom() {
        for (int looks = 1; bytes() > bytesMax; looks++) {
            Item item = small.bytes() > bytesMax / SMALL_SHARE ? small.oldest() : main.oldest();
            if (item == null) {
                item = small.oldest();
            }
            if (item == null) {
                return; // nothing is left
            }
            queueOf(item).remove(item);
            if (item.isUsed() && looks < LOOKS_MAX) {
                keep(item);
            } else {
                looks = 0;
                evict(item);
            }
        }
    }

    private void keep(Item item) {
        if (item.isMain()) {
            item.unused();
        } else {
            item.becomeMain();
        }
        main.add(item);
    }

    private void evict(Item item) {
        if (!item.isMain()) {
            ghosts[slot(ghosts.length, item.hash)] = item.hash;
        }
        unchain(item);
        onEviction.accept(item);
    }

    /// Doubles the table: every chain becomes two.
    private synchronized void grow() {
        growths++;
        Item[] from = table;
        var into = new Item[2 * from.length];
        var ghostsInto = new int[into.length];
        for (int i = 0; i < from.length; i++) {
            Item next;
            for (Item item = from[i]; item != null; item = next) {
                next = item.next;
                int slot = slot(into.length, item.hash);
                item.next = into[slot];
                into[slot] = item;
            }
            ghostsInto[slot(into.length, ghosts[i])] = ghosts[i];
        }
        ghosts = ghostsInto;
        table = into;
        growths++;
    }

    /// Changes the bound; items that no longer fit go.
    synchronized void bytesMax(long bytesMax) {
        this.bytesMax = bytesMax;
        makeRoom();
    }

    synchronized long bytes() {
        return small.bytes() + main.bytes();
    }

    synchronized int items() {
        return items;
    }

    /// Adds the items whose hashes come next to a collection: those of a chain, and of none if there are only empty ones. A
    /// table that grows meanwhile changes nothing for those who go through it like this.
    ///
    /// @param from 0 at first, then what this has answered: 2^32 at the end
    synchronized long collect(long from, Collection<Item> into) {
        Item[] table = this.table;
        int shift = Integer.numberOfLeadingZeros(table.length) + 1;
        int slot = (int) (from >>> shift);
        int stop = Math.min(table.length, slot + SLOTS_COLLECTED_MAX);
        while (slot < stop && table[slot] == null) {
            slot++;
        }
        if (slot == stop) {
            return (long) stop << shift;
        }
        for (Item item = table[slot]; item != null; item = item.next) {
            into.add(item);
        }
        return (slot + 1L) << shift;
    }
}
