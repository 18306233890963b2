package dev.partita.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is stored under a key: this object and one array. The key never changes; a new value makes it [another item][#become] in
/// its place.
///
/// Written under the [store's lock][Store#lock] for its key, apart from the access time and the uses, which a get writes
/// without one: the last of several at the same time wins, and a get may mark the item that this has just become. 56 bytes.
///
/// Whoever reads it without the lock asks for its [version][#version] before, and afterwards whether it [still is that][#isStill]:
/// if not, what was read is a mixture, or even another item's, whose the [array][Spares] may have become meanwhile. Who wants to go
/// on reading the value [keeps][#keep] its array. (A sequence lock; Boehm, "Can seqlocks get along with programming language
/// memory models?", MSPC 2012.)
final class Item {
    /// The value is out of date: whoever asks first is told to renew it.
    static final int STALE = 1;
    /// Somebody has been told to.
    static final int TOKEN_SENT = 2;
    /// The key came in base64 and is shown in base64.
    static final int BINARY_KEY = 4;
    private static final int MARKS = STALE | TOKEN_SENT | BINARY_KEY;
    private static final int IS_MAIN = 8;
    private static final int UNUSED_SHIFT = 4;
    private static final int UNUSED_MAX = 127;
    private static final int GENERATION_SHIFT = 11;

    private static final int FETCHED = 1 << 31;
    private static final int USE = 1 << 29;
    /// Up to three are counted.
    private static final int USES = 3 * USE;
    private static final int TIME = USE - 1; // 17 years

    // The state: whether it is being changed or has gone, whether somebody keeps the array, the key's length, the version. Four
    // million changes until a version comes again: no reader takes so long.
    private static final int CHANGES = 1;
    private static final int KEPT = 2;
    private static final int KEY_LENGTH_SHIFT = 2;
    private static final int NEXT_VERSION = 1 << 10;
    private static final VarHandle STATE;

    private static final byte[] NOTHING = {};

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Item.class, "state", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /// The key, and behind it the client's bytes and, as they are sent with every reply, CR LF; then some that are unused.
    byte[] bytes = NOTHING;
    long cas;
    int hash;
    int clientFlags;
    private int expiry;
    /// Seconds on the [Clock]; above them how often it was used since the store looked last, and whether a get was among the
    /// accesses.
    private int accessed;
    /// The flush that it was stored after, of the last two million, how many bytes of the array are unused, and the marks.
    private int generationUnusedAndMarks;
    private int state;

    /// The next one in its chain. Whoever stands at an item that was removed still finds the rest of the chain behind it.
    volatile @Nullable Item next;
    /// Its neighbours in the [queue][Fifo] that it is in.
    @Nullable Item newer;
    @Nullable Item older;

    /// Makes it an item that nobody else knows yet.
    ///
    /// @param bytes the key, the value, CR LF
    /// @param length of the value
    void fill(int hash, byte[] bytes, int keyLength, int length, long cas, int clientFlags, int expiry, int now,
            int generation, int marks) {
        this.hash = hash;
        this.bytes = bytes;
        this.cas = cas;
        this.clientFlags = clientFlags;
        this.expiry = expiry;
        accessed = now & TIME;
        int unused = bytes.length - keyLength - length - 2;
        generationUnusedAndMarks = generation << GENERATION_SHIFT | unused << UNUSED_SHIFT | marks;
        state = keyLength << KEY_LENGTH_SHIFT;
    }

    /// Makes it one that nobody knows and that has nothing.
    void empty() {
        bytes = NOTHING;
    }

    // For who has no lock.

    /// Which item it is at the moment. To be asked before anything is read of it.
    int version() {
        int now = state & ~KEPT;
        VarHandle.loadLoadFence();
        return now;
    }

    /// Whether everything that was read of it since belongs to that version.
    boolean isStill(int version) {
        VarHandle.loadLoadFence();
        return (version & CHANGES) == 0 && (state & ~KEPT) == version;
    }

    /// Lets nobody else have that version's array, whatever becomes of the item.
    ///
    /// @return false if it is too late
    boolean keep(int version) {
        int _ = (int) STATE.getAndBitwiseOr(this, KEPT);
        VarHandle.fullFence(); // either this sees a change, or who changes it that the array is kept
        return isStill(version);
    }

    // For who holds the lock.

    /// It is not stored any more.
    ///
    /// @return whether the array may be another item's
    boolean goes() {
        int _ = (int) STATE.getAndAdd(this, CHANGES);
        VarHandle.fullFence();
        return (state & KEPT) == 0;
    }

    /// Becomes the item that was made for the same key.
    ///
    /// @return the array that it has no longer and that may be another item's; null if there is none
    @SuppressWarnings("ReferenceEquality")
    byte @Nullable [] become(Item other) {
        int _ = (int) STATE.getAndAdd(this, CHANGES);
        VarHandle.fullFence(); // it is odd before anything changes, and before it is looked whether the array is kept
        int before = state;
        byte[] had = bytes;
        boolean hasAnother = had != other.bytes;
        bytes = other.bytes;
        cas = other.cas;
        clientFlags = other.clientFlags;
        expiry = other.expiry;
        accessed = other.accessed;
        generationUnusedAndMarks = other.generationUnusedAndMarks;
        VarHandle.storeStoreFence(); // everything has changed before it is even again
        state = (hasAnother ? before & ~KEPT : before) - CHANGES + NEXT_VERSION;
        return hasAnother && (before & KEPT) == 0 ? had : null;
    }

    /// False once it has expired or was flushed: then it only waits to be removed.
    boolean isLive(int now, int generation) {
        int end = expiry;
        return (end == Clock.NEVER || end > now) && !isFlushed(generation);
    }

    boolean isFlushed(int generation) {
        return generationUnusedAndMarks >>> GENERATION_SHIFT != (generation << GENERATION_SHIFT) >>> GENERATION_SHIFT;
    }

    /// A get has found it.
    void fetched(int now) {
        int uses = accessed & USES;
        int access = FETCHED | (uses < USES ? uses + USE : uses) | now & TIME;
        if (accessed != access) { // a write would take the cache line from the other cores
            accessed = access;
        }
    }

    /// It is that item with another number, and was last asked for when that was.
    void accessedAs(Item old) {
        accessed = old.accessed;
    }

    boolean isFetched() {
        return accessed < 0;
    }

    int accessed() {
        return accessed & TIME;
    }

    int expiry() {
        return expiry;
    }

    void expiry(int expiry) {
        this.expiry = expiry;
    }

    boolean is(int mark) {
        return (generationUnusedAndMarks & mark) != 0;
    }

    void mark(int mark) {
        generationUnusedAndMarks |= mark;
    }

    int marks() {
        return generationUnusedAndMarks & MARKS;
    }

    int keyLength() {
        return state >>> KEY_LENGTH_SHIFT & 0xFF;
    }

    /// Bytes of the value, without its CR LF.
    int length() {
        return lengthIn(bytes);
    }

    /// The same, of who has no lock and has read [#bytes] before: never more than that array has, also if it is not this
    /// version's.
    int lengthIn(byte[] array) {
        return Math.max(0, array.length - (generationUnusedAndMarks >>> UNUSED_SHIFT & UNUSED_MAX) - keyLength() - 2);
    }

    /// A copy of the key.
    byte[] key() {
        return Arrays.copyOf(bytes, keyLength());
    }

    /// Whether that array is this item's.
    @SuppressWarnings("ReferenceEquality")
    boolean has(byte[] array) {
        return bytes == array;
    }

    /// Bytes that it takes of the store's memory, with everything that belongs to it.
    int weight() {
        return Store.ITEM_OVERHEAD_BYTES + (Store.ARRAY_HEADER_BYTES + bytes.length + 7 & ~7);
    }

    // For its segment.

    /// It was used since somebody looked last; counts as an access that no get has made.
    void used() {
        int uses = accessed & USES;
        if (uses < USES) {
            accessed += USE;
        }
    }

    boolean isUsed() {
        return (accessed & USES) != 0;
    }

    /// One use is forgotten.
    void unused() {
        if (isUsed()) {
            accessed -= USE;
        }
    }

    boolean isMain() {
        return (generationUnusedAndMarks & IS_MAIN) != 0;
    }

    /// It has proved itself, and starts again without uses.
    void becomeMain() {
        generationUnusedAndMarks |= IS_MAIN;
        accessed &= ~USES;
    }

    /// It is stored instead of that one, and has its standing.
    void succeed(Item old) {
        generationUnusedAndMarks |= old.generationUnusedAndMarks & IS_MAIN;
        accessed |= old.accessed & USES;
        used();
    }
}
