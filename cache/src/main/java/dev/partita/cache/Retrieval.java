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
        Item item;
        if (request.verb.touches()) {
            item = updates.touch(key, clock.expiry(request.exptime));
            Tally.Row tally = session.tally();
            tally.increment(Stat.CMD_TOUCH);
            tally.increment(item == null ? Stat.TOUCH_MISSES : Stat.TOUCH_HITS);
        } else {
            item = store.get(key);
        }
        if (item == null) {
            return false;
        }
        item.fetched(clock.now());
        Buffer out = session.outbound().bytes();
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
        session.sendValue(item);
        return true;
    }
}
