package dev.partita.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.Iterator;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The items, bounded by the bytes that they take. For any thread.
///
/// Caffeine decides what has to go when it is full (Window-TinyLFU, weighed in bytes). Its bookkeeping is done by whichever
/// thread comes along; it starts none and uses no pool. When items end is kept in the items and looked at here, since expiry by
/// Caffeine would double the price of a get.
///
/// A get takes no lock. Whatever changes an item holds the [lock][#lock] of its key, so that a change that looks first (add,
/// cas, incr, append) is one step for everybody else.
final class Store {
    /// What an item takes on the heap beyond its key's and value's bytes, each rounded up to eight: the item 40, its key 16,
    /// two array headers 32, Caffeine's node 40, the map's node 24, its share of the table and of the frequency sketch up to 16
    /// each. With compact object headers and references of four bytes, which the launcher sees to. `benchmarks/cache-memory`
    /// measures it.
    static final int ITEM_OVERHEAD_BYTES = 184;
    private static final int LOCKS = 1 << 10;

    private final Cache<Object, Item> cache;
    private final Policy<Object, Item> policy;
    private final Clock clock;
    private final Tally tally;
    private final boolean evicts;
    private final Object[] locks = new Object[LOCKS];
    private final long seed;
    private final long multiplier;
    private final AtomicLong casIds = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong items = new AtomicLong();
    /// Bytes of values that are still arriving.
    private final AtomicLong arriving = new AtomicLong();
    private volatile long bytesMax;
    private volatile int generation;
    /// When the next flush is due, or [Clock#NEVER]; written under this object's monitor.
    private volatile int flushAt = Clock.NEVER;
    /// Where the look for dead items has come to; the ticking thread's.
    private @Nullable Iterator<Item> crawl;

    /// @param bytesMax the memory for items
    /// @param evicts false if a full store refuses new items instead of dropping old ones
    Store(long bytesMax, boolean evicts, Clock clock, Tally tally) {
        this.bytesMax = bytesMax;
        this.evicts = evicts;
        this.clock = clock;
        this.tally = tally;
        var random = new SplittableRandom();
        seed = random.nextLong();
        multiplier = random.nextLong() | 1;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
        cache = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(evicts ? bytesMax : Long.MAX_VALUE)
                .weigher((Object key, Item item) -> item.weight())
                .evictionListener(this::onEviction)
                .build();
        policy = cache.policy();
    }

    /// A probe for keys in this buffer.
    Probe probe(dev.partita.connection.Buffer inbound) {
        return new Probe(seed, multiplier, inbound);
    }

    /// What everybody holds who changes the item of this key.
    Object lock(Probe key) {
        return lock(key.hashCode());
    }

    private Object lock(int hash) {
        return locks[(hash ^ hash >>> 16) & LOCKS - 1];
    }

    /// The item, which counts as asked for when the store decides what may go. Allocates nothing, takes no lock.
    @Nullable Item get(Probe key) {
        Item item = cache.getIfPresent(key);
        return item == null || item.isLive(clock.now(), generation) ? item : miss(item);
    }

    /// The item, without a trace that somebody looked.
    @Nullable Item peek(Probe key) {
        Item item = policy.getIfPresentQuietly(key);
        return item == null || item.isLive(clock.now(), generation) ? item : null;
    }

    /// As [#peek], also for one that is dead.
    @Nullable Item peekAny(Probe key) {
        return policy.getIfPresentQuietly(key);
    }

    /// Stores an item over whatever is there. The caller holds the lock of its key.
    ///
    /// @return false if it does not fit, which only a store that does not evict says; nothing is stored then, and what was
    ///     there is gone
    boolean put(Item item) {
        int weight = item.weight();
        if (!evicts && bytes.get() + weight > bytesMax && !makesRoom(item, weight)) {
            remove(item.key);
            return false;
        }
        Item old = cache.asMap().put(item.key, item);
        bytes.addAndGet(old == null ? weight : weight - old.weight());
        if (old == null) {
            items.incrementAndGet();
        }
        return true;
    }

    private boolean makesRoom(Item item, int weight) {
        Item old = policy.getIfPresentQuietly(item.key);
        return old != null && bytes.get() + weight - old.weight() <= bytesMax;
    }

    /// Removes whatever is stored under this key. The caller holds the lock of its key.
    void remove(Object key) {
        Item old = cache.asMap().remove(key);
        if (old != null) {
            gone(old);
        }
    }

    private void gone(Item item) {
        bytes.addAndGet(-item.weight());
        items.decrementAndGet();
    }

    /// Somebody has asked for an item that is dead.
    private @Nullable Item miss(Item dead) {
        tally.row(dead.key.hash).increment(dead.isFlushed(generation) ? Stat.GET_FLUSHED : Stat.GET_EXPIRED);
        bury(dead);
        return null;
    }

    /// Removes an item that is dead.
    private void bury(Item item) {
        synchronized (lock(item.key.hash)) {
            if (policy.getIfPresentQuietly(item.key) == item) {
                remove(item.key);
                if (!item.isFetched() && !item.isFlushed(generation)) {
                    tally.row(item.key.hash).increment(Stat.EXPIRED_UNFETCHED);
                }
            }
        }
    }

    /// By the thread whose put made it necessary, or by any other's that came along.
    private void onEviction(@Nullable Object key, @Nullable Item item, RemovalCause cause) {
        Item evicted = Objects.requireNonNull(item);
        gone(evicted);
        Tally.Row row = tally.row(evicted.key.hash);
        if (!evicted.isLive(clock.now(), generation)) {
            row.increment(Stat.RECLAIMED);
            return;
        }
        row.increment(Stat.EVICTIONS);
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

    /// A quarter of the store's own bound: the launcher makes the heap large enough for both.
    private long arrivingMax() {
        return Math.max(bytesMax / 4, 8L << 20);
    }

    // Numbers.

    /// A new compare-and-swap id; they only grow.
    long nextCas() {
        return casIds.incrementAndGet();
    }

    long bytes() {
        return bytes.get();
    }

    long items() {
        return items.get();
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
        if (evicts) {
            policy.eviction().ifPresent(eviction -> eviction.setMaximum(bytesMax));
        }
    }

    /// The items, dead ones too, in no order; those that come and go meanwhile may or may not be among them.
    Iterator<Item> iterator() {
        return cache.asMap().values().iterator();
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

    /// Performs a flush that is due, and looks at some of the items for dead ones, which nobody may ever ask for again. About
    /// once a second, by one thread.
    ///
    /// @param most how many items to look at
    void tick(int most) {
        int due = flushAt;
        if (due != Clock.NEVER && due <= clock.now()) {
            flush(due);
        }
        Iterator<Item> at = crawl;
        if (at == null) {
            at = iterator();
            tally.row(0).increment(Stat.LRU_CRAWLER_STARTS);
        }
        int now = clock.now();
        int looked = 0;
        for (; looked < most && at.hasNext(); looked++) {
            Item item = at.next();
            if (!item.isLive(now, generation)) {
                bury(item);
                tally.row(0).increment(Stat.CRAWLER_RECLAIMED);
            }
        }
        tally.row(0).add(Stat.CRAWLER_ITEMS_CHECKED, looked);
        crawl = at.hasNext() ? at : null;
    }
}
