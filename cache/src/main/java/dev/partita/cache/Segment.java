package dev.partita.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A share of the store's keys and of its memory: a table of chains in which items are found, and two queues that decide which
/// item goes when the memory is full (S3-FIFO: Yang and others, "FIFO queues are all you need for cache eviction", SOSP 2023).
///
///     new -> small (a tenth) --- not asked for --> goes; its hash stays among the ghosts
///     new, and a ghost --.  '--- asked for ------.      (or larger than small)
///                        '-> main (the rest) <---'
///                             ^ '-- not asked for since it was looked at last --> goes
///                             '---- asked for: starts again
///
/// A get only finds and marks, without a lock. Everything else holds this object's monitor. The items are chained and queued
/// through themselves: there are no nodes.
///
/// The arrays of items that have gone or changed are [kept][Spares] for others, within the memory. Whoever finds an item or nothing
/// without the lock may therefore have read the bytes of another one: of what was found, the item says it ([Item#isStill]); that
/// nothing was found counts only if nothing changed meanwhile.
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
    /// Slots that [#show] looks at in one go.
    private static final int SLOTS_SHOWN_MAX = 64;
    /// Of the memory, what arrays that wait for an item may have at most.
    private static final int SPARE_SHARE = 64;

    private final Consumer<Item> onEviction;
    private final Fifo small = new Fifo();
    private final Fifo main = new Fifo();
    private final boolean reusesArrays;
    private Spares spares = new Spares();
    /// An item that nobody knows.
    private @Nullable Item blank;
    private long bytesMax;
    private int items;
    /// As many slots as items or up to twice as many. A chain is chosen by its hash's high bits, the segment by the low ones.
    private volatile @Nullable Item[] table = new Item[SLOTS_LEAST];
    /// Twice as large, while the table grows: it has the chains of the first [#moved] slots already, which are empty now.
    private volatile @Nullable Item @Nullable [] larger;
    private int moved;
    /// Odd while chains are being moved, and another number when an array has been given to an item: who found nothing
    /// meanwhile knows nothing.
    private volatile int changes;
    /// The hashes of items that went from the small queue, each where the table has its chain, until another one comes there.
    private int[] ghosts = new int[SLOTS_LEAST];
    private int[] largerGhosts = ghosts;

    /// @param bytesMax [Long#MAX_VALUE] if its store has the bound
    /// @param onEviction told of each item that went because the memory was full
    Segment(long bytesMax, Consumer<Item> onEviction) {
        this.bytesMax = bytesMax;
        reusesArrays = bytesMax < Long.MAX_VALUE;
        this.onEviction = onEviction;
    }

    /// The item with this key. From any thread; takes no lock but to be sure that there is none while something changes; allocates
    /// nothing.
    @Nullable Item find(Probe key) {
        int before = changes;
        Item item = lookUp(key);
        VarHandle.loadLoadFence(); // chains and arrays are read before changes is read again
        return item != null || before == changes && before % 2 == 0 ? item : findAlone(key);
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

    /// An array for so many bytes of an item, with anything in it.
    byte[] array(int length) {
        byte[] spare = spare(length);
        return spare == null ? new byte[reusesArrays ? Spares.lengthFor(length) : length] : spare;
    }

    private synchronized byte @Nullable [] spare(int length) {
        byte[] spare = spares.take(length);
        if (spare != null) {
            changes += 2;
            VarHandle.storeStoreFence(); // who reads the new bytes sees this, and that the old item has changed
        }
        return spare;
    }

    /// Takes an array that no item has any longer.
    synchronized void giveBack(byte[] array) {
        if (reusesArrays) {
            spares.add(array, bytesMax / SPARE_SHARE);
        }
    }

    /// An item that nobody knows, to be filled and then stored or given back.
    synchronized Item blank() {
        Item item = blank;
        blank = null;
        return item == null ? new Item() : item;
    }

    synchronized void giveBack(Item item) {
        item.empty();
        blank = item;
    }

    /// Stores an item whose key has none, and lets items go until the memory suffices.
    synchronized void add(Item item) {
        Item[] table = tableOf(item.hash);
        int slot = slot(table.length, item.hash);
        item.next = table[slot];
        SLOT.setRelease(table, slot, item);
        enqueue(item, slot);
        items++;
        grow();
        makeRoom();
    }

    /// Makes a stored item another one of its key, which is given back, and lets items go until the memory suffices.
    synchronized void renew(Item item, Item by) {
        by.succeed(item);
        int weight = item.weight();
        byte[] had = item.become(by);
        Fifo queue = queueOf(item);
        queue.grow(item.weight() - weight);
        if (bytesMax == Long.MAX_VALUE) { // nothing goes by its place, and what a flush has made dead is to come first
            queue.remove(item);
            queue.add(item);
        }
        giveBack(by);
        if (had != null) {
            giveBack(had);
        }
        makeRoom();
    }

    private void enqueue(Item item, int slot) {
        int[] ghosts = ghostsOf(item.hash);
        if (ghosts[slot] == item.hash) {
            ghosts[slot] = 0;
            item.becomeMain();
        } else if (item.weight() > bytesMax / SMALL_SHARE) {
            item.becomeMain(); // in small it would be the next to go, however old the others are
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
        release(item);
    }

    /// An item is no longer stored.
    private void release(Item item) {
        if (item.goes()) {
            giveBack(item.bytes);
        }
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
        for (int looks = 1; bytes() + spares.bytes() > bytesMax; looks++) {
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
        release(item);
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
        changes++;
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
        changes++;
    }

    /// Changes the bound; items that no longer fit go.
    synchronized void bytesMax(long bytesMax) {
        this.bytesMax = bytesMax;
        spares = new Spares();
        makeRoom();
    }

    synchronized long bytes() {
        return small.bytes() + main.bytes();
    }

    /// The item that was stored first, if the store has the bound.
    synchronized @Nullable Item oldest() {
        return small.oldest();
    }

    synchronized int items() {
        return items;
    }

    /// Shows the items whose hashes come next: those of a chain, and of none if there are only empty ones. A table that grows
    /// meanwhile changes nothing for those who go through it like this.
    ///
    /// @param from 0 at first, then what this has answered: 2^32 at the end
    synchronized long show(long from, Consumer<Item> to) {
        long at = from;
        for (int slots = 0; slots < SLOTS_SHOWN_MAX && at < HASHES; slots++) {
            Item[] table = tableOf((int) at);
            int shift = Integer.numberOfLeadingZeros(table.length) + 1;
            int slot = (int) (at >>> shift);
            at = (slot + 1L) << shift;
            if (table[slot] != null) {
                for (Item item = table[slot]; item != null; item = item.next) {
                    to.accept(item);
                }
                break;
            }
        }
        return at;
    }
}
