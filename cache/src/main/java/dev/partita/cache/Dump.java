package dev.partita.cache;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;
import java.util.Iterator;

/// A line for every item, made while it is sent: `lru_crawler metadump` and `mgdump`.
final class Dump implements Producer {
    /// The longest line: a key of which every byte is written as `%XX`, and numbers.
    private static final int LINE_ROOM = 3 * Request.KEY_BYTES_MAX + 200;

    private final Store store;
    private final Clock clock;
    private final boolean asCommands;
    private final Iterator<Item> items;

    /// @param asCommands true for lines that can be sent back as `mg KEY`
    Dump(Store store, Clock clock, boolean asCommands) {
        this.store = store;
        this.clock = clock;
        this.asCommands = asCommands;
        items = store.iterator();
    }

    @Override
    public boolean fill(Buffer into) {
        while (items.hasNext()) {
            if (into.room() < LINE_ROOM) {
                return true;
            }
            Item item = items.next();
            if (item.isLive(clock.now(), store.generation())) {
                putLine(into, item);
            }
        }
        if (into.room() < LINE_ROOM) {
            return true;
        }
        into.put(asCommands ? Says.EN : Says.END);
        return false;
    }

    private void putLine(Buffer into, Item item) {
        if (asCommands) {
            into.putLatin1("mg ");
            if (item.is(Item.BINARY_KEY)) {
                Base64.encode(item.bytes, item.keyLength(), into);
                into.putLatin1(" b");
            } else {
                into.put(item.bytes, 0, item.keyLength());
            }
            into.put(Says.CRLF);
            return;
        }
        into.putLatin1("key=");
        into.putLatin1(Percent.encoded(item.bytes, item.keyLength()));
        into.putLatin1(" exp=");
        if (item.expiry() == Clock.NEVER) {
            into.putLatin1("-1");
        } else {
            into.putDecimal(Math.max(0, clock.epochSecond(item.expiry())));
        }
        into.putLatin1(" la=");
        into.putDecimal(Math.max(0, clock.epochSecond(item.accessed())));
        into.putLatin1(" cas=");
        Numbers.put(into, item.cas);
        into.putLatin1(item.isFetched() ? " fetch=yes cls=1 size=" : " fetch=no cls=1 size=");
        into.putDecimal(item.weight());
        into.put((byte) '\n'); // memcached ends these lines so
    }
}
