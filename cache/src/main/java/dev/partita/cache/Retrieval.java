package dev.partita.cache;

import dev.partita.connection.Buffer;

/// `get`, `gets`, `gat` and `gats`, key by key.
final class Retrieval {
    private final Store store;
    private final Updates updates;
    private final Clock clock;
    private final HotKeys hotKeys;

    Retrieval(Store store, Updates updates, Clock clock, HotKeys hotKeys) {
        this.store = store;
        this.updates = updates;
        this.clock = clock;
        this.hotKeys = hotKeys;
    }

    /// Puts the item whose key stands at this offset of inbound into the reply, if there is one.
    ///
    /// @return whether there is; the caller counts
    boolean lookUp(CacheSession session, int offset, int length) {
        Request request = session.request();
        Probe key = session.key(offset, length);
        hotKeys.lookedUp(key);
        if (request.verb.touches()) {
            synchronized (store.lock(key)) {
                Item item = updates.touch(key, clock.expiry(request.exptime));
                return item != null && answer(session, item, item.version(), offset, length);
            }
        }
        Item item = store.get(key);
        if (item == null || answer(session, item, key.version(), offset, length)) {
            return item != null;
        }
        synchronized (store.lock(key)) {
            item = store.getAgain(key);
            return item != null && answer(session, item, item.version(), offset, length);
        }
    }

    /// @return false if the item has changed before it was read; nothing is said then
    private boolean answer(CacheSession session, Item item, int version, int offset, int length) {
        Request request = session.request();
        Buffer out = session.outbound().bytes();
        int before = out.length();
        out.put(Says.VALUE);
        out.put(session.inbound(), offset, length);
        out.put((byte) ' ');
        out.putDecimal(Integer.toUnsignedLong(item.clientFlags));
        out.put((byte) ' ');
        out.putDecimal(item.length());
        if (request.verb.showsCas()) {
            out.put((byte) ' ');
            Numbers.put(out, item.cas);
        }
        out.put(Says.CRLF);
        if (!session.sendValue(item, version)) {
            out.truncate(before);
            return false;
        }
        item.fetched(clock.now());
        return true;
    }
}
