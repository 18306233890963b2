package dev.partita.cache;

import dev.partita.connection.Buffer;
import dev.partita.connection.Producer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/// A line for every item, made while it is sent: `lru_crawler metadump` and `mgdump`.
final class Dump implements Producer {
    /// The longest line: a key of which every byte is written as `%XX`, and numbers.
    private static final int LINE_ROOM = 3 * Request.KEY_BYTES_MAX + 200;
    /// Items that one pass looks at before others have their turn: dead ones make no line.
    private static final int ITEMS_PER_PASS_MAX = 1_000;

    private final Store store;
    private final Clock clock;
    private final boolean asCommands;
    private final Iterator<String> lines;

    /// @param asCommands true for lines that can be sent back as `mg KEY`
    Dump(Store store, Clock clock, boolean asCommands) {
        this.store = store;
        this.clock = clock;
        this.asCommands = asCommands;
        lines = store.walk(this::line);
    }

    @Override
    public boolean fill(Buffer into) {
        for (int looked = 0; looked < ITEMS_PER_PASS_MAX && into.room() >= LINE_ROOM; looked++) {
            if (!lines.hasNext()) {
                into.put(asCommands ? Says.EN : Says.END);
                return false;
            }
            into.putLatin1(lines.next());
        }
        return true;
    }

    private String line(Item item) {
        if (!store.isLive(item)) {
            return "";
        }
        byte[] key = item.key();
        if (asCommands) {
            return item.is(Item.BINARY_KEY)
                    ? "mg " + java.util.Base64.getEncoder().encodeToString(key) + " b\r\n"
                    : "mg " + new String(key, StandardCharsets.ISO_8859_1) + "\r\n";
        }
        long end = item.expiry() == Clock.NEVER ? -1 : Math.max(0, clock.epochSecond(item.expiry()));
        return "key=" + Percent.encoded(key, key.length) + " exp=" + end
                + " la=" + Math.max(0, clock.epochSecond(item.accessed())) + " cas=" + Long.toUnsignedString(item.cas)
                + (item.isFetched() ? " fetch=yes" : " fetch=no") + " cls=1 size=" + item.weight()
                + "\n"; // memcached ends these lines so
    }
}
