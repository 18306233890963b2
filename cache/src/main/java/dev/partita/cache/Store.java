package dev.partita.cache;

import dev.partita.connection.Connection;
import java.util.Arrays;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The items, bounded by the bytes that they take. For any thread; starts none.
///
/// Keys and memory are divided over [segments][Segment], each with a lock and a bound of its own. A get takes no lock. Whatever
/// changes an item holds the [lock][#lock] of its key, so that a change that looks first (add, cas, incr, append) is one step
/// for everybody else.
final class Store {
    /// The header of an array: `benchmarks/cache-memory` measures whether this and the next are right.
    static final int ARRAY_HEADER_BYTES = 12;
    /// What an item takes on the heap beyond its array: itself 56, its share of the table and of the ghosts up to 8 each. With
    /// compact object headers and references of four bytes, which the launcher sees to.
    static final int ITEM_OVERHEAD_BYTES = 72;
    private static final int SEGMENTS_MAX = 64;
    /// A segment is no smaller than so many of the largest items, or one could not hold its share of them.
    private static final int LARGEST_ITEMS_IN_SEGMENT = 16;

    private final Segment[] segments;
    private final Clock clock;
    private final Tally tally;
    private final Watchers watchers;
    private final boolean evicts;
    private final int itemBytesMax;
    private final long seed;
    private final long multiplier;
    private final AtomicLong casIds = new AtomicLong();
    /// Bytes of values that are still arriving.
    private final AtomicLong arriving = new AtomicLong();
    private volatile long bytesMax;
    private volatile int generation;
    /// When the next flush is due, or [Clock#NEVER]; under this object's monitor.
    private int flushAt = Clock.NEVER;
    /// Where the look for dead items has come to; the ticking thread's.
    private @Nullable Iterator<Item> crawl;

    /// @param bytesMax the memory for items
    /// @param itemBytesMax the largest item
    /// @param evicts false if a full store refuses new items instead of dropping old ones
    Store(long bytesMax, int itemBytesMax, boolean evicts, Clock clock, Tally tally, Watchers watchers) {
        this.bytesMax = bytesMax;
        this.evicts = evicts;
        this.itemBytesMax = itemBytesMax;
        this.clock = clock;
        this.tally = tally;
        this.watchers = watchers;
        var random = new SplittableRandom();
        seed = random.nextLong();
        multiplier = random.nextLong() | 1;
        segments = new Segment[evicts ? segmentCount(bytesMax, itemBytesMax) : 1]; // who refuses does so when all is full
        Arrays.setAll(segments, i -> new Segment(bytesMaxOfEach(), this::onEviction));
    }

    private static int segmentCount(long bytesMax, int itemBytesMax) {
        long most = bytesMax / ((long) LARGEST_ITEMS_IN_SEGMENT * itemBytesMax);
        return Integer.highestOneBit(Math.clamp(most, 1, SEGMENTS_MAX));
    }

    private long bytesMaxOfEach() {
        return evicts ? bytesMax / segments.length : Long.MAX_VALUE;
    }

    /// A probe for keys in a connection's inbound.
    Probe probe(Connection connection) {
        return new Probe(seed, multiplier, connection.inbound(), connection.slot());
    }

    /// What to hold while an item with this key is looked at and changed.
    Object lock(Probe key) {
        return segment(key.hash());
    }

    private Segment segment(int hash) {
        return segments[hash & segments.length - 1];
    }

    /// The item, if it is alive. Allocates nothing, takes no lock. That it was asked for, [Item#fetched] says.
    @Nullable Item get(Probe key) {
        Item item = peekAny(key);
        return item == null || isLive(item) ? item : miss(item);
    }

    /// Whether an item that was found has neither expired nor was flushed.
    boolean isLive(Item item) {
        return item.isLive(clock.now(), generation);
    }

    /// The item, without a trace that somebody looked.
    @Nullable Item peek(Probe key) {
        Item item = peekAny(key);
        return item == null || isLive(item) ? item : null;
    }

    /// As [#peek], also for one that is dead.
    @Nullable Item peekAny(Probe key) {
        Item item = peekUnwatched(key);
        if (watchers.want(Watched.FETCHERS)) {
            watchers.fetched(key, item, generation);
        }
        return item;
    }

    /// As [#peekAny], for who has looked before: those who watch are told of it once.
    @Nullable Item peekUnwatched(Probe key) {
        return segment(key.hash()).find(key);
    }

    /// As [#get], for who has found an item that has changed before it was read, so that those who watch know. The caller holds the
    /// lock of the key.
    @Nullable Item getAgain(Probe key) {
        Item item = peekUnwatched(key);
        return item == null || isLive(item) ? item : miss(item);
    }

    /// An array for an item: the key, and room for more behind it, with anything in it. Takes the lock of the key.
    byte[] array(Probe key, int more) {
        byte[] array = segment(key.hash()).array(key.length() + more);
        key.copy(array);
        return array;
    }

    /// Takes an array back that no item has had.
    void giveBack(Probe key, byte[] array) {
        segment(key.hash()).giveBack(array);
    }

    /// An item to be filled and [put][#put]. The caller holds the lock of the key.
    Item blank(Probe key) {
        return segment(key.hash()).blank();
    }

    /// Stores an item, or makes what is there become it. The caller holds the lock of its key, and forgets the item.
    ///
    /// @param old what is there
    /// @param item from [#blank]
    /// @return false if it does not fit, which only a store that does not evict says; then what is there stays
    boolean put(@Nullable Item old, Item item) {
        Segment segment = segment(item.hash);
        if (!evicts && !hasRoom(segment, old, item)) {
            segment.giveBack(item);
            return false;
        }
        if (old == null) {
            segment.add(item);
        } else {
            segment.renew(old, item);
        }
        return true;
    }

    /// Whether a store that does not evict has room for an item, for which its oldest ones go as far as they are dead.
    private boolean hasRoom(Segment segment, @Nullable Item old, Item item) {
        int more = item.weight() - (old == null ? 0 : old.weight());
        Item oldest = segment.oldest();
        while (more > 0 && segment.bytes() + more > bytesMax) {
            if (oldest == null || isLive(oldest)) {
                return false;
            }
            Item newer = oldest.newer;
            if (oldest != old) {
                tally.row(oldest.hash).increment(Stat.RECLAIMED);
                bury(oldest);
            }
            oldest = newer;
        }
        return true;
    }

    /// Removes an item that is stored. The caller holds the lock of its key.
    void remove(Item item) {
        segment(item.hash).remove(item);
    }

    /// Somebody has asked for an item that is dead.
    private @Nullable Item miss(Item dead) {
        tally.row(dead.hash).increment(dead.isFlushed(generation) ? Stat.GET_FLUSHED : Stat.GET_EXPIRED);
        bury(dead);
        return null;
    }

    /// Removes an item that is dead.
    private void bury(Item item) {
        Segment segment = segment(item.hash);
        synchronized (segment) {
            if (segment.holds(item) && !isLive(item)) {
                segment.remove(item);
                if (!item.isFetched() && !item.isFlushed(generation)) {
                    tally.row(item.hash).increment(Stat.EXPIRED_UNFETCHED);
                }
            }
        }
    }

    /// By the thread whose put made it necessary.
    private void onEviction(Item evicted) {
        Tally.Row row = tally.row(evicted.hash);
        if (!isLive(evicted)) {
            row.increment(Stat.RECLAIMED);
            return;
        }
        row.increment(Stat.EVICTIONS);
        if (watchers.want(Watched.EVICTIONS)) {
            watchers.evicted(evicted);
        }
        if (!evicted.isFetched()) {
            row.increment(Stat.EVICTED_UNFETCHED);
        }
    }

    // Values on their way in.

    /// Takes memory for a value that is arriving.
    ///
    /// @return false if too much is arriving already
    boolean reserve(long more) {
        if (arriving.addAndGet(more) > arrivingMax()) {
            arriving.addAndGet(-more);
            return false;
        }
        return true;
    }

    /// Gives that memory back.
    void release(long reserved) {
        arriving.addAndGet(-reserved);
    }

    /// A quarter of the store's own bound: the launcher makes the heap large enough for both. And no less than the largest item.
    private long arrivingMax() {
        return Math.max(Math.max(bytesMax / 4, 8L << 20), itemBytesMax);
    }

    // Numbers.

    /// A new compare-and-swap id; they only grow.
    long nextCas() {
        return casIds.incrementAndGet();
    }

    long bytes() {
        return Arrays.stream(segments).mapToLong(Segment::bytes).sum();
    }

    long items() {
        return Arrays.stream(segments).mapToLong(Segment::items).sum();
    }

    long bytesMax() {
        return bytesMax;
    }

    boolean evicts() {
        return evicts;
    }

    int generation() {
        return generation;
    }

    /// Changes the bound; items that no longer fit go.
    void bytesMax(long bytesMax) {
        this.bytesMax = bytesMax;
        for (Segment segment : segments) {
            segment.bytesMax(bytesMaxOfEach());
        }
    }

    /// The items, dead ones too; see [Walk].
    <T> Iterator<T> walk(Function<Item, T> view) {
        return new Walk<>(segments, view);
    }

    // Ends.

    /// Makes every item that is here now invisible, at once or when that time has come.
    ///
    /// @param time on the [Clock]; one that has passed means now
    synchronized void flush(int time) {
        if (time > clock.now()) {
            flushAt = time;
        } else {
            flushAt = Clock.NEVER;
            generation++;
        }
    }

    private synchronized void flushIfDue() {
        if (flushAt != Clock.NEVER && flushAt <= clock.now()) {
            flush(flushAt);
        }
    }

    /// Performs a flush that is due, and looks at some of the items for dead ones, which nobody may ever ask for again. About
    /// once a second, by one thread.
    ///
    /// @param most how many items to look at
    void tick(int most) {
        flushIfDue();
        Iterator<Item> at = crawl;
        if (at == null) {
            at = walk(item -> item);
            tally.row(0).increment(Stat.LRU_CRAWLER_STARTS);
        }
        int looked = 0;
        for (; looked < most && at.hasNext(); looked++) {
            Item item = at.next();
            if (!isLive(item)) {
                bury(item);
                tally.row(0).increment(Stat.CRAWLER_RECLAIMED);
            }
        }
        tally.row(0).add(Stat.CRAWLER_ITEMS_CHECKED, looked);
        crawl = at.hasNext() ? at : null;
    }
}
