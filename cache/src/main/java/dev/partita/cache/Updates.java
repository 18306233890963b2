package dev.partita.cache;

import dev.partita.cache.Settings.Feature;
import dev.partita.cache.Verb.Mode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What changes items, each in one step for everybody else: the part that classic and meta commands have in common.
final class Updates {
    /// The largest number that can be multiplied by ten without passing 2^64-1.
    static final long LARGEST_TENTH = Long.divideUnsigned(-1L, 10);
    private static final int DIGITS_MAX = 20;

    /// How a change ended.
    enum Outcome { DONE, NOT_STORED, EXISTS, NOT_FOUND, NOT_NUMERIC, NO_MEMORY }

    private final Store store;
    private final Clock clock;
    private final Watchers watchers;
    private final boolean countsCas;
    private final int itemBytesMax;

    Updates(Store store, Clock clock, Settings settings, Watchers watchers) {
        this.store = store;
        this.clock = clock;
        this.watchers = watchers;
        countsCas = settings.has(Feature.CAS);
        itemBytesMax = settings.itemBytesMax();
    }

    /// Whether an item with a key and value of these lengths may be stored: by memcached's own arithmetic, so that the same
    /// values fit.
    boolean fits(int keyLength, long valueLength) {
        return 48 + 8 + keyLength + 1 + valueLength + 2 <= itemBytesMax;
    }

    /// Stores a value; the stored item is in the request afterwards, and stays what it is for as long as the lock is held.
    ///
    /// @param bytes the key, the value, CR LF: as an [Item] has them; the store's from now on
    /// @param length of the value
    /// @param marks what the item is marked with from the start
    Outcome store(
            Request request, Probe key, Tally.Row row, Mode mode, byte[] bytes, int length, int expiry, int marks) {
        synchronized (store.lock(key)) {
            Item any = store.peekAny(key);
            Item old = any != null && store.isLive(any) ? any : null;
            if (old == null && any != null) {
                row.increment(Stat.RECLAIMED);
            }
            Outcome outcome = switch (mode) {
                case SET -> put(request, any, key, row, bytes, length, expiry, marks);
                case ADD -> {
                    if (old != null) {
                        old.used(); // keeps it from being dropped, as memcached does
                        yield Outcome.NOT_STORED;
                    }
                    yield put(request, any, key, row, bytes, length, expiry, marks);
                }
                case REPLACE -> old == null
                        ? Outcome.NOT_STORED
                        : put(request, any, key, row, bytes, length, expiry, marks);
                case CAS -> cas(request, old, key, row, bytes, length, expiry, marks);
                case APPEND -> join(request, old, key, row, bytes, length, marks, false);
                case PREPEND -> join(request, old, key, row, bytes, length, marks, true);
            };
            if (outcome == Outcome.NO_MEMORY && any != null) {
                store.remove(any); // what is out of date must not stay
            }
            Item stored = outcome == Outcome.DONE ? request.item : null;
            if (stored == null || !stored.has(bytes)) {
                store.giveBack(key, bytes);
            }
            if (watchers.want(Watched.MUTATIONS)) {
                watchers.stored(key, mode, outcome, stored == null ? expiry : stored.expiry(),
                        stored == null ? length : stored.length());
            }
            return outcome;
        }
    }

    private Outcome put(
            Request request, @Nullable Item any, Probe key, Tally.Row row, byte[] bytes, int length, int expiry,
            int marks) {
        return put(request, any, row, item(request, key, bytes, length, request.clientFlags, expiry, marks));
    }

    private Outcome put(Request request, @Nullable Item any, Tally.Row row, Item item) {
        if (!store.put(any, item)) {
            row.increment(Stat.STORE_NO_MEMORY);
            return Outcome.NO_MEMORY;
        }
        row.increment(Stat.TOTAL_ITEMS);
        request.item = any == null ? item : any;
        return Outcome.DONE;
    }

    private Item item(
            Request request, Probe key, byte[] bytes, int length, int clientFlags, int expiry, int marks) {
        Item item = store.blank(key);
        item.fill(key.hash(), bytes, key.length(), length, nextCas(request), clientFlags, expiry, clock.now(),
                store.generation(), marks);
        return item;
    }

    private long nextCas(Request request) {
        return request.has('E') ? request.newCas : countsCas ? store.nextCas() : 0;
    }

    private Outcome cas(
            Request request, @Nullable Item old, Probe key, Tally.Row row, byte[] bytes, int length, int expiry,
            int marks) {
        if (old == null) {
            row.increment(Stat.CAS_MISSES);
            return Outcome.NOT_FOUND;
        }
        if (old.cas == request.cas) {
            row.increment(Stat.CAS_HITS);
            return put(request, old, key, row, bytes, length, expiry, marks);
        }
        // The flag I: a value that is older than the item's may replace it, as stale.
        boolean stale = request.verb == Verb.MS && request.has('I')
                && Long.compareUnsigned(request.cas, old.cas) < 0;
        if (stale) {
            return put(request, old, key, row, bytes, length, expiry, marks | Item.STALE);
        }
        row.increment(Stat.CAS_BADVAL);
        return Outcome.EXISTS;
    }

    private Outcome join(
            Request request, @Nullable Item old, Probe key, Tally.Row row, byte[] bytes, int added, int marks,
            boolean before) {
        boolean meta = request.verb == Verb.MS;
        if (old == null) {
            return meta && request.has('N')
                    ? put(request, store.peekUnwatched(key), key, row, bytes, added,
                            clock.expiry(request.vivifyExptime), marks)
                    : Outcome.NOT_STORED;
        }
        if (meta && request.has('C') && request.cas != old.cas) {
            row.increment(Stat.CAS_BADVAL);
            return Outcome.EXISTS;
        }
        int keyLength = key.length();
        if (!fits(keyLength, (long) old.length() + added)) {
            return Outcome.NOT_STORED;
        }
        int length = old.length() + added;
        byte[] joined = array(key, length);
        System.arraycopy(bytes, keyLength, joined, before ? keyLength : keyLength + old.length(), added);
        System.arraycopy(old.bytes, keyLength, joined, before ? keyLength + added : keyLength, old.length());
        return put(request, old, row, item(request, key, joined, length, old.clientFlags, old.expiry(),
                old.marks() & Item.BINARY_KEY));
    }

    /// An array for an item: the key, room for the value, CR LF.
    private byte[] array(Probe key, int length) {
        byte[] bytes = store.array(key, length + 2);
        int end = key.length() + length;
        bytes[end] = '\r';
        bytes[end + 1] = '\n';
        return bytes;
    }

    /// Drops the item because a new value for it was refused: what is out of date must not stay.
    void drop(Request request, Probe key) {
        if (watchers.want(Watched.MUTATIONS)) {
            Mode mode = request.verb == Verb.MS ? Mode.of(request.mode) : request.verb.mode();
            watchers.refused(key, mode == null ? Mode.SET : mode, Arrays.equals(request.error, Says.TOO_LARGE));
        }
        synchronized (store.lock(key)) {
            Item any = store.peekAny(key);
            if (any != null) {
                store.remove(any);
            }
        }
    }

    /// Deletes an item; or, as the meta command's flags say, empties it or marks it as stale.
    Outcome delete(Request request, Probe key, Tally.Row row) {
        boolean meta = request.verb == Verb.MD;
        synchronized (store.lock(key)) {
            Item item = store.peek(key);
            if (item == null) {
                row.increment(Stat.DELETE_MISSES);
                return Outcome.NOT_FOUND;
            }
            if (meta && request.has('C') && request.cas != item.cas) {
                row.increment(Stat.DELETE_MISSES);
                return Outcome.EXISTS;
            }
            if (!meta || !request.has('I') && !request.has('x')) {
                row.increment(Stat.DELETE_HITS);
                store.remove(item);
                if (watchers.want(Watched.DELETIONS)) {
                    watchers.deleted(item, request.verb);
                }
                return Outcome.DONE;
            }
            return change(request, key, row, item);
        }
    }

    private Outcome change(Request request, Probe key, Tally.Row row, Item old) {
        boolean empties = request.has('x');
        boolean stale = request.has('I');
        int marks = old.marks() & ~Item.TOKEN_SENT | (stale ? Item.STALE : 0);
        int expiry = request.has('T') ? clock.expiry(request.exptime) : empties ? Clock.NEVER : old.expiry();
        if (!stale) {
            row.increment(Stat.DELETE_HITS);
            marks &= Item.BINARY_KEY;
        }
        return put(request, old, row, empties
                ? item(request, key, array(key, 0), 0, request.clientFlags, expiry, marks)
                : item(request, key, old.bytes, old.length(), old.clientFlags, expiry, marks));
    }

    /// Gives an item another end.
    ///
    /// @return null if there is none
    @Nullable Item touch(Probe key, int expiry) {
        synchronized (store.lock(key)) {
            Item item = store.get(key);
            if (item != null) {
                item.expiry(expiry);
                item.fetched(clock.now());
            }
            return item;
        }
    }

    /// Makes an empty item for who renews it; the lock of the key is held.
    @Nullable Item vivify(Request request, Probe key, Tally.Row row, int marks) {
        Item any = store.peekUnwatched(key);
        Outcome outcome = put(request, any, row, item(request, key, array(key, 0), 0, 0,
                clock.expiry(request.vivifyExptime), marks | Item.TOKEN_SENT));
        return outcome == Outcome.DONE ? request.item : null;
    }

    /// Adds to or takes from the number that an item's value is. Past 2^64-1 it goes on at 0; below 0 it stays 0. The new
    /// number and the stored item are in the request afterwards; a meta command's flags have yet to say when it ends.
    Outcome arithmetic(Request request, Probe key, Tally.Row row, boolean adds, int marks) {
        boolean meta = request.verb == Verb.MA;
        synchronized (store.lock(key)) {
            Item old = store.get(key);
            if (old == null) {
                if (!meta || !request.has('N')) {
                    row.increment(adds ? Stat.INCR_MISSES : Stat.DECR_MISSES);
                    return Outcome.NOT_FOUND;
                }
                request.isCreated = true;
                request.number = request.initial;
                request.clientFlags = 0;
                int length = digitCount(request.initial);
                return store(request, key, row, Mode.ADD, digits(key, request.initial, length), length, Clock.NEVER,
                        marks);
            }
            if (meta && request.has('C') && request.cas != old.cas) {
                return Outcome.EXISTS;
            }
            if (!readNumber(request, old)) {
                return Outcome.NOT_NUMERIC;
            }
            long number = request.number;
            long delta = request.delta;
            request.number = adds ? number + delta : Long.compareUnsigned(delta, number) > 0 ? 0 : number - delta;
            row.increment(adds ? Stat.INCR_HITS : Stat.DECR_HITS);
            int length = Math.max(digitCount(request.number), old.length());
            Item made = item(request, key, digits(key, request.number, length), length, old.clientFlags,
                    old.expiry(), old.marks());
            made.accessedAs(old);
            return put(request, old, row, made);
        }
    }

    /// As C's strtoull reads it: white space may stand before it, and anything may follow behind some.
    private static boolean readNumber(Request request, Item item) {
        byte[] value = item.bytes;
        int start = item.keyLength();
        int end = start + item.length();
        int i = start;
        while (i < end && isSpace(value[i])) {
            i++;
        }
        if (i < end && value[i] == '+') {
            i++;
        }
        if (item.length() > DIGITS_MAX || i == end) {
            return false;
        }
        long number = 0;
        int first = i;
        for (; i < end && !isSpace(value[i]); i++) {
            int digit = value[i] - '0';
            if (digit < 0 || digit > 9 || Long.compareUnsigned(number, LARGEST_TENTH) > 0) {
                return false;
            }
            number = number * 10 + digit;
            if (Long.compareUnsigned(number, digit) < 0) {
                return false;
            }
        }
        request.number = number;
        return i > first;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b >= '\t' && b <= '\r';
    }

    /// The number in digits behind its key and with CR LF, filled up with spaces to the length: no value gets shorter.
    private byte[] digits(Probe key, long number, int length) {
        int digits = digitCount(number);
        int start = key.length();
        byte[] bytes = array(key, length);
        long rest = number;
        for (int i = start + digits - 1; i >= start; i--) {
            bytes[i] = (byte) ('0' + Long.remainderUnsigned(rest, 10));
            rest = Long.divideUnsigned(rest, 10);
        }
        Arrays.fill(bytes, start + digits, start + length, (byte) ' ');
        return bytes;
    }

    /// How many digits a number from 0 to 2^64-1 has.
    static int digitCount(long number) {
        int digits = 1;
        for (long rest = number; Long.compareUnsigned(rest, 10) >= 0; rest = Long.divideUnsigned(rest, 10)) {
            digits++;
        }
        return digits;
    }
}
