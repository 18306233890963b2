package dev.partita.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/// The keys that are asked for most, counted only while somebody wants to know: one lookup in [#SAMPLED_EVERY] counts, in a
/// table of so many keys that the one counted least makes room for a new one and bequeaths it its count (Metwally's
/// Space-Saving: a key that has more than a [#KEYS_MAX]th of the lookups is never missed). For any thread.
final class HotKeys {
    static final int KEYS_MAX = 64;
    static final int SAMPLED_EVERY = 16;

    /// A key, a character for each of its bytes, and about how many lookups it had since counting began.
    record Hot(String key, long lookups) {}

    private final List<Hot> table = new ArrayList<>(KEYS_MAX);
    private volatile boolean on;

    /// Begins to count, or ends and forgets.
    synchronized void count(boolean on) {
        table.clear();
        this.on = on;
    }

    /// A key was looked up. Costs one read while nobody wants to know.
    void lookedUp(Probe key) {
        if (on && ThreadLocalRandom.current().nextInt(SAMPLED_EVERY) == 0) {
            add(key);
        }
    }

    private synchronized void add(Probe key) {
        int least = -1;
        for (int i = 0; i < table.size(); i++) {
            Hot hot = table.get(i);
            if (key.isText(hot.key())) {
                table.set(i, new Hot(hot.key(), hot.lookups() + SAMPLED_EVERY));
                return;
            }
            least = least < 0 || hot.lookups() < table.get(least).lookups() ? i : least;
        }
        if (table.size() < KEYS_MAX) {
            table.add(new Hot(key.text(), SAMPLED_EVERY));
        } else {
            table.set(least, new Hot(key.text(), table.get(least).lookups() + SAMPLED_EVERY));
        }
    }

    /// The hottest first.
    synchronized List<Hot> hottest() {
        return table.stream().sorted(Comparator.comparingLong(Hot::lookups).reversed()).toList();
    }
}
