package dev.partita.cache;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What one can `watch`, by memcached's words.
enum Watched {
    /// Every look for an item, also the one before it is replaced.
    FETCHERS,
    /// Every value that was stored, or was not.
    MUTATIONS,
    /// Every item that went because the memory was full.
    EVICTIONS,
    /// Every connection that comes and goes.
    CONNEVENTS,
    /// Every item that was deleted.
    DELETIONS,
    // There is no such thing here, so nothing is told of it.
    RAWCMDS, SYSEVENTS, PROXYREQS, PROXYEVENTS, PROXYUSER;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// What has this word; null if nothing has.
    static @Nullable Watched of(String word) {
        return Arrays.stream(values()).filter(each -> each.word.equals(word)).findFirst().orElse(null);
    }

    /// Its bit in a set of them.
    int bit() {
        return 1 << ordinal();
    }
}
