package dev.partita.cache;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is stored under a key: this object and one array. The key, the value and who it belongs to never change while it is
/// stored; when it ends and when it was last asked for do.
///
/// Written under the [store's lock][Store#lock] for its key, apart from the access time and the uses, which a get writes
/// without one: the last of several at the same time wins. 56 bytes.
///
/// Once it has gone its array may be [another item's][Spares]. Who reads the array without the lock asks afterwards whether the item
/// [was still here][#wasHere], and forgets what it has read if not; who wants to go on reading [keeps][#keep] the array.
final class Item {
    /// The value is out of date: whoever asks first is told to renew it.
    static final int STALE = 1;
    /// Somebody has been told to.
    static final int TOKEN_SENT = 2;
    /// The key came in base64 and is shown in base64.
    static final int BINARY_KEY = 4;
    private static final int MARKS = STALE | TOKEN_SENT | BINARY_KEY;
    private static final int IS_MAIN = 8;
    private static final int MARK_BITS = 4;

    private static final int FETCHED = 1 << 31;
    private static final int USE = 1 << 29;
    /// Up to three are counted.
    private static final int USES = 3 * USE;
    private static final int TIME = USE - 1; // 17 years

    /// The key, and behind it the client's bytes and, as they are sent with every reply, CR LF; then some that are unused.
    final byte[] bytes;
    final long cas;
    final int hash;
    final int clientFlags;
    private final byte keyLength;
    private final byte unused;
    private int expiry;
    /// Seconds on the [Clock]; above them how often it was used since the store looked last, and whether a get was among the
    /// accesses.
    private int accessed;
    /// The flush that it was stored after, and the marks below it.
    private int generationAndMarks;
    private boolean gone;
    private boolean kept;

    /// The next one in its chain. Whoever stands at an item that was removed still finds the rest of the chain behind it.
    volatile @Nullable Item next;
    /// Its neighbours in the [queue][Fifo] that it is in.
    @Nullable Item newer;
    @Nullable Item older;

    /// @param bytes the key, the value, CR LF
    /// @param length of the value
    Item(int hash, byte[] bytes, int keyLength, int length, long cas, int clientFlags, int expiry, int now,
            int generation, int marks) {
        this.hash = hash;
        this.bytes = bytes;
        this.keyLength = (byte) keyLength;
        unused = (byte) (bytes.length - keyLength - length - 2);
        this.cas = cas;
        this.clientFlags = clientFlags;
        this.expiry = expiry;
        accessed = now & TIME;
        generationAndMarks = generation << MARK_BITS | marks;
    }

    /// False once it has expired or was flushed: then it only waits to be removed.
    boolean isLive(int now, int generation) {
        int end = expiry;
        return (end == Clock.NEVER || end > now) && !isFlushed(generation);
    }

    boolean isFlushed(int generation) {
        return generationAndMarks >>> MARK_BITS != (generation << MARK_BITS) >>> MARK_BITS;
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
        return (generationAndMarks & mark) != 0;
    }

    void mark(int mark) {
        generationAndMarks |= mark;
    }

    int marks() {
        return generationAndMarks & MARKS;
    }

    int keyLength() {
        return keyLength & 0xFF;
    }

    /// Bytes of the value, without its CR LF.
    int length() {
        return bytes.length - (unused & 0xFF) - keyLength() - 2;
    }

    /// A copy of the key.
    byte[] key() {
        return Arrays.copyOf(bytes, keyLength());
    }

    boolean hasKeyOf(Item other) {
        return hash == other.hash && keyLength == other.keyLength
                && Arrays.equals(bytes, 0, keyLength(), other.bytes, 0, keyLength());
    }

    /// Whether what has been read of the array until now is what this item had. Without a lock.
    boolean wasHere() {
        VarHandle.loadLoadFence(); // the array is read before
        return !gone;
    }

    /// Lets nobody else have the array, whatever becomes of the item. Without a lock.
    ///
    /// @return false if it is too late
    boolean keep() {
        kept = true;
        VarHandle.fullFence(); // either this sees that it has gone, or goes() that it is kept
        return !gone;
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

    /// It is not stored any more.
    ///
    /// @return whether the array may be another item's
    boolean goes() {
        gone = true;
        VarHandle.fullFence();
        return !kept;
    }

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
        return (generationAndMarks & IS_MAIN) != 0;
    }

    /// It has proved itself, and starts again without uses.
    void becomeMain() {
        generationAndMarks |= IS_MAIN;
        accessed &= ~USES;
    }

    /// It is stored instead of that one, and has its standing.
    void succeed(Item old) {
        generationAndMarks |= old.generationAndMarks & IS_MAIN;
        accessed |= old.accessed & USES;
        used();
    }
}
