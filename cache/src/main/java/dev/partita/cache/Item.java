package dev.partita.cache;

/// What is stored under a key. The value and who it belongs to never change; when it ends and when it was last asked for do.
///
/// Written under the [store's lock][Store#lock] for its key, apart from the access time, which a get writes without one: the
/// last of several at the same time wins. 40 bytes.
final class Item {
    /// The value is out of date: whoever asks first is told to renew it.
    static final int STALE = 1;
    /// Somebody has been told to.
    static final int TOKEN_SENT = 2;
    /// The key came in base64 and is shown in base64.
    static final int BINARY_KEY = 4;
    private static final int MARKS = STALE | TOKEN_SENT | BINARY_KEY;
    private static final int MARK_BITS = 3;
    private static final int FETCHED = 1 << 31;

    final Key key;
    /// The client's bytes and, as they are sent with every reply, CR LF.
    final byte[] value;
    final long cas;
    final int clientFlags;
    private int expiry;
    /// Seconds on the [Clock]; the highest bit says that a get was among the accesses.
    private int accessed;
    /// The flush that it was stored after, and the marks below it.
    private int generationAndMarks;

    Item(Key key, byte[] value, long cas, int clientFlags, int expiry, int now, int generation, int marks) {
        this.key = key;
        this.value = value;
        this.cas = cas;
        this.clientFlags = clientFlags;
        this.expiry = expiry;
        accessed = now;
        generationAndMarks = generation << MARK_BITS | marks;
    }

    /// False once it has expired or was flushed: then it only waits to be removed.
    boolean isLive(int now, int generation) {
        int end = expiry;
        return (end == Clock.NEVER || end > now) && generationAndMarks >>> MARK_BITS == generation;
    }

    boolean isFlushed(int generation) {
        return generationAndMarks >>> MARK_BITS != generation;
    }

    /// A get has found it.
    void fetched(int now) {
        int access = now | FETCHED;
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
        return accessed & ~FETCHED;
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

    /// Bytes of the value, without its CR LF.
    int length() {
        return value.length - 2;
    }

    /// Bytes that it takes of the store's memory, with everything that belongs to it.
    int weight() {
        return weight(key.bytes.length, value.length);
    }

    /// What an item with a key and a value (CR LF included) of these lengths weighs.
    static int weight(int keyLength, int valueLength) {
        return Store.ITEM_OVERHEAD_BYTES + (keyLength + 7 & ~7) + (valueLength + 7 & ~7);
    }
}
