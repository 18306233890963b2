import org.jspecify.annotations.NullMarked;

/// A memcached-compatible cache server: the text protocols and a store over Caffeine.
@NullMarked
module dev.partita.cache {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;
    requires com.github.benmanes.caffeine;

    exports dev.partita.cache;
}
