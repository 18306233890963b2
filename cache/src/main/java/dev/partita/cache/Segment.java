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
///
/// A table that has become too small is replaced little by little: every new item moves a few chains, so that nobody waits for
/// all of them. Meanwhile a chain is in either of two tables, and a get looks into both.
final class Segment {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Item[].class);
    private static final long HASHES = 1L << 32;
    private static final int SLOTS_LEAST = 1 << 8;
    private static final int SLOTS_MOST = 1 << 26;
    /// Of the memory, what items have until somebody asks for them.
    private static final int SMALL_SHARE = 10;
    /// Items that are looked at for one that can go. After these the next one goes, asked for or not: a put has to end.
    private static final int LOOKS_MAX = 1_000;
    /// Chains that a new item moves while the table grows: a table is as large as it should be long before it is too small again.
    private static final int CHAINS_MOVED_MAX = 4;
    /// Slots that [#collect] looks at in one go.
    private static final int SLOTS_COLLECTED_MAX = 64;

    private final Consumer<Item> onEviction;
    private final Fifo small = new Fifo();
    private final Fifo main = new Fifo();
    private long bytesMax;
    private int items;
    /// As many slots as items or up to twice as many. A chain is chosen by its hash's high bits, the segment by the low ones.
    private volatile @Nullable Item[] table = new Item[SLOTS_LEAST];
    /// Twice as large, while the table grows: it has the chains of the first [#moved] slots already, which are empty now.
    private volatile @Nullable Item @Nullable [] larger;
    private int moved;
    /// Odd while chains are being moved: who found nothing meanwhile knows nothing.
    private volatile int moves;
    /// The hashes of items that went from the small queue, each where the table has its chain, until another one comes there.
    private int[] ghosts = new int[SLOTS_LEAST];
    private int[] largerGhosts = ghosts;

    /// @param onEviction told of each item that went because the memory was full
    Segment(long bytesMax, Consumer<Item> onEviction) {
        this.bytesMax = bytesMax;
        this.onEviction = onEviction;
    }

    /// The item with this key. From any thread; takes no lock but while chains are being moved; allocates nothing.
    @Nullable Item find(Probe key) {
        int before = moves;
        Item item = lookUp(key);
        VarHandle.loadLoadFence(); // the chains are read before moves is read again
        return item != null || before == moves && before % 2 == 0 ? item : findAlone(key);
    }

    private synchronized @Nullable Item findAlone(Probe key) {
        return lookUp(key);
    }

    private @Nullable Item lookUp(Probe key) {
        Item item = find(table, key);
        Item[] larger = this.larger;
        return item != null || larger == null ? item : find(larger, key);
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

    /// The table that has the chain of a hash.
    private @Nullable Item[] tableOf(int hash) {
        Item[] larger = this.larger;
        return larger == null || slot(table.length, hash) >= moved ? table : larger;
    }

    private int[] ghostsOf(int hash) {
        return larger == null || slot(ghosts.length, hash) >= moved ? ghosts : largerGhosts;
    }

    /// Stores an item, over the one that has its key, and lets items go until the memory suffices.
    synchronized void put(Item item) {
        Item[] table = tableOf(item.hash);
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
            items++;
            grow();
        } else {
            item.next = old.next;
            item.succeed(old);
            follow(table, slot, before, item);
            queueOf(item).replace(old, item);
        }
        makeRoom();
    }

    private void enqueue(Item item, int slot) {
        int[] ghosts = ghostsOf(item.hash);
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
        Item[] table = tableOf(item.hash);
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
        Item[] table = tableOf(item.hash);
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
            int[] ghosts = ghostsOf(item.hash);
            ghosts[slot(ghosts.length, item.hash)] = item.hash;
        }
        unchain(item);
        onEviction.accept(item);
    }

    /// Begins to double a table that has become too small, or goes on.
    private synchronized void grow() {
        Item[] into = larger;
        if (into != null) {
            move(into);
        } else if (items > table.length && table.length < SLOTS_MOST) {
            largerGhosts = new int[2 * table.length];
            larger = new Item[2 * table.length];
        }
    }

    /// Moves some chains: each becomes two.
    private synchronized void move(@Nullable Item[] into) {
        moves++;
        VarHandle.storeStoreFence(); // it is odd before a chain changes
        Item[] from = table;
        for (int stop = moved + CHAINS_MOVED_MAX; moved < stop; moved++) {
            Item next;
            for (Item item = from[moved]; item != null; item = next) {
                next = item.next;
                int slot = slot(into.length, item.hash);
                item.next = into[slot];
                SLOT.setRelease(into, slot, item);
            }
            SLOT.setRelease(from, moved, null);
            int ghost = ghosts[moved];
            if (ghost != 0) {
                largerGhosts[slot(into.length, ghost)] = ghost;
            }
        }
        if (moved == from.length) {
            table = into;
            ghosts = largerGhosts;
            larger = null;
            moved = 0;
        }
        moves++;
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
        long at = from;
        for (int slots = 0; slots < SLOTS_COLLECTED_MAX && at < HASHES; slots++) {
            Item[] table = tableOf((int) at);
            int shift = Integer.numberOfLeadingZeros(table.length) + 1;
            int slot = (int) (at >>> shift);
            at = (slot + 1L) << shift;
            if (table[slot] != null) {
                for (Item item = table[slot]; item != null; item = item.next) {
                    into.add(item);
                }
                break;
            }
        }
        return at;
    }
}
