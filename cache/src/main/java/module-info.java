import org.jspecify.annotations.NullMarked;

/// A memcached-compatible cache server: the text protocols and their store.
@NullMarked
module dev.partita.cache {
    requires static transitive org.jspecify;
    requires transitive dev.partita.core;

    exports dev.partita.cache;
}
