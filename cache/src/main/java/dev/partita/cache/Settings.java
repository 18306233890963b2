package dev.partita.cache;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a cache server is told when it starts.
///
/// @param memoryBytes the memory for items (`-m`), everything that belongs to them included
/// @param itemBytesMax the largest item (`-I`), key and header included as memcached counts them; 1 KiB to 1 GiB
/// @param features what it does that it need not
/// @param requestsPerTurn what `stats settings` shows for `-R`
/// @param credentials who may speak (`-Y`); null if everybody may
/// @param shutdown what the command `shutdown` does (`-A`), told whether gracefully; null if it is not allowed
/// @param facts what `stats settings` shows of the server around the cache, by memcached's names: `tcpport`, `num_threads`
public record Settings(
        long memoryBytes,
        int itemBytesMax,
        Set<Feature> features,
        int requestsPerTurn,
        @Nullable Credentials credentials,
        @Nullable Consumer<Boolean> shutdown,
        Map<String, String> facts) {

    private static final int ITEM_BYTES_LEAST = 1 << 10;
    private static final int ITEM_BYTES_MOST = 1 << 30;

    /// What a cache does unless it is told not to.
    public enum Feature {
        /// Old items go when the memory is full. Without it (`-M`) new ones are refused.
        EVICTION,
        /// Items have compare-and-swap ids. Not with `-C`.
        CAS,
        /// `flush_all` is allowed. Not with `-F`.
        FLUSH,
        /// Keys may be listed. Not with `-X`.
        DUMP,
        /// The command `watch` is allowed. Not with `-W`.
        WATCH,
        /// A connection over the limit is told so and closed. Without it (`-o no_maxconns_fast`) it waits in the backlog.
        REFUSAL
    }

    public Settings {
        features = Set.copyOf(features);
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

    /// memcached's: 64 MiB, items up to 1 MiB, all features.
    public static Settings defaults() {
        return new Settings(64L << 20, 1 << 20, EnumSet.allOf(Feature.class), 20, null, null, Map.of());
    }

    /// Whether it has a feature.
    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /// These with another amount of memory.
    public Settings withMemoryBytes(long memoryBytes) {
        return new Settings(memoryBytes, itemBytesMax, features, requestsPerTurn, credentials, shutdown, facts);
    }

    /// These with another largest item.
    public Settings withItemBytesMax(int itemBytesMax) {
        return new Settings(memoryBytes, itemBytesMax, features, requestsPerTurn, credentials, shutdown, facts);
    }

    /// These, without a feature.
    public Settings without(Feature feature) {
        Set<Feature> rest = new HashSet<>(features);
        rest.remove(feature);
        return new Settings(memoryBytes, itemBytesMax, rest, requestsPerTurn, credentials, shutdown, facts);
    }

    /// These with another number of requests for a connection's turn.
    public Settings withRequestsPerTurn(int requestsPerTurn) {
        return new Settings(memoryBytes, itemBytesMax, features, requestsPerTurn, credentials, shutdown, facts);
    }

    /// These, for those only who say who they are.
    public Settings withCredentials(Credentials credentials) {
        return new Settings(memoryBytes, itemBytesMax, features, requestsPerTurn, credentials, shutdown, facts);
    }

    /// These, with what `shutdown` does.
    public Settings withShutdown(Consumer<Boolean> shutdown) {
        return new Settings(memoryBytes, itemBytesMax, features, requestsPerTurn, credentials, shutdown, facts);
    }

    /// These, with what `stats settings` shows of the server around the cache.
    public Settings withFacts(Map<String, String> facts) {
        return new Settings(memoryBytes, itemBytesMax, features, requestsPerTurn, credentials, shutdown, facts);
    }
}
