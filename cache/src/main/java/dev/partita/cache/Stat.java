package dev.partita.cache;

import java.util.Locale;

/// What the cache counts, by memcached's names.
enum Stat {
    CMD_SET, CMD_FLUSH, CMD_TOUCH, CMD_META, GET_HITS, GET_MISSES, GET_EXPIRED, GET_FLUSHED, DELETE_MISSES, DELETE_HITS, INCR_MISSES, INCR_HITS, DECR_MISSES, DECR_HITS, CAS_MISSES, CAS_HITS, CAS_BADVAL, TOUCH_HITS, TOUCH_MISSES, STORE_TOO_LARGE, STORE_NO_MEMORY, AUTH_CMDS, AUTH_ERRORS, TOTAL_ITEMS, EVICTIONS, EVICTED_UNFETCHED, EXPIRED_UNFETCHED, RECLAIMED, CRAWLER_RECLAIMED, CRAWLER_ITEMS_CHECKED, LRU_CRAWLER_STARTS, BINARY_REFUSED;

    private final String word = name().toLowerCase(Locale.ROOT);

    /// Its name in `stats`.
    String word() {
        return word;
    }
}
