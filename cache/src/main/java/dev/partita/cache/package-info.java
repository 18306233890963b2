/// The memcached protocol and its store.
///
/// [dev.partita.cache.Memcached] is the protocol: give it to a [dev.partita.server.Server]. A conversation is a
/// `CacheSession`, which reads a `Request` from the line that has arrived and lets `Classic`, `Meta` or `Service` perform it
/// on the `Store`. Runs on whichever thread the model chose; starts none, and never blocks: all work is WORK. Read
/// `CacheSession` first, then `Classic`, `Store` and `Segment`.
package dev.partita.cache;
