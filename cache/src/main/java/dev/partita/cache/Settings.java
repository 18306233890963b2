package dev.partita.cache;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a cache server is told when it starts.
///
/// @param memoryBytes the memory for items (`-m`), everything that belongs to them included
/// @param itemBytesMax the largest item (`-I`), key and header included as memcached counts them; 1 KiB to 1 GiB
/// @param evicts false if a full cache refuses new items (`-M`)
/// @param cas false if items have no compare-and-swap ids (`-C`)
/// @param flush whether `flush_all` is allowed (not with `-F`)
/// @param dump whether keys may be listed (not with `-X`)
/// @param watch whether the command `watch` is allowed (not with `-W`)
/// @param requestsPerTurn what `stats settings` shows for `-R`
/// @param refusesConnections whether a connection over the limit is told so and closed; if not, it waits in the backlog
/// @param credentials who may speak (`-Y`); null if everybody may
/// @param shutdown what the command `shutdown` does (`-A`), told whether gracefully; null if it is not allowed
/// @param facts what `stats settings` shows of the server around the cache, by memcached's names: `tcpport`, `num_threads`
public record Settings(
        long memoryBytes,
        int itemBytesMax,
        boolean evicts,
        boolean cas,
        boolean flush,
        boolean dump,
        boolean watch,
        int requestsPerTurn,
        boolean refusesConnections,
        @Nullable Credentials credentials,
        @Nullable Consumer<Boolean> shutdown,
        Map<String, String> facts) {

    private static final int ITEM_BYTES_LEAST = 1 << 10;
    private static final int ITEM_BYTES_MOST = 1 << 30;

    public Settings {
        facts = Map.copyOf(facts);
        if (itemBytesMax < ITEM_BYTES_LEAST) {
            throw new IllegalArgumentException("Item max size cannot be less than 1024 bytes.");
        }
        if (itemBytesMax > memoryBytes / 2) {
            throw new IllegalArgumentException("Cannot set item size limit higher than 1/2 of memory max.");
        }
        if (itemBytesMax > ITEM_BYTES_MOST) {
            throw new IllegalArgumentException("Cannot set item size limit higher than a gigabyte.");
        }
    }

    /// memcached's: 64 MiB, items up to 1 MiB.
    public static Settings defaults() {
        return new Settings(64L << 20, 1 << 20, true, true, true, true, true, 20, true, null, null, Map.of());
    }

    /// These with another amount of memory.
    public Settings withMemoryBytes(long memoryBytes) {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }

    /// These with another largest item.
    public Settings withItemBytesMax(int itemBytesMax) {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }

    /// These, refusing new items when the cache is full.
    public Settings withoutEviction() {
        return new Settings(memoryBytes, itemBytesMax, false, cas, flush, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }

    /// These, without compare-and-swap ids.
    public Settings withoutCas() {
        return new Settings(memoryBytes, itemBytesMax, evicts, false, flush, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }

    /// These, without `flush_all`.
    public Settings withoutFlush() {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, false, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }

    /// These, without commands that list keys.
    public Settings withoutDump() {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, false, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }

    /// These, without `watch`.
    public Settings withoutWatch() {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, dump, false, requestsPerTurn,
                refusesConnections, credentials, shutdown, facts);
    }

    /// These with another number of requests for a connection's turn.
    public Settings withRequestsPerTurn(int requestsPerTurn) {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }

    /// These, letting connections over the limit wait in the backlog (`-o no_maxconns_fast`).
    public Settings withWaitingConnections() {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, dump, watch, requestsPerTurn, false,
                credentials,
                shutdown,
                facts);
    }

    /// These, for those only who say who they are.
    public Settings withCredentials(Credentials credentials) {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials, shutdown, facts);
    }

    /// These, with what `shutdown` does.
    public Settings withShutdown(Consumer<Boolean> shutdown) {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }

    /// These, with what `stats settings` shows of the server around the cache.
    public Settings withFacts(Map<String, String> facts) {
        return new Settings(memoryBytes, itemBytesMax, evicts, cas, flush, dump, watch, requestsPerTurn,
                refusesConnections,
                credentials,
                shutdown, facts);
    }
}
