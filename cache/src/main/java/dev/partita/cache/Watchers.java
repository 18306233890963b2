package dev.partita.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.cache.Updates.Outcome;
import dev.partita.cache.Verb.Mode;
import dev.partita.connection.Connection;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The connections that `watch`, and the lines they are told: memcached's, key by key and word by word (its protocol.txt and
/// logger.c). For any thread.
///
/// Who has something to tell asks [#want] first, which is one read while nobody watches; making a line allocates.
final class Watchers {
    /// memcached's `WATCHER_LIMIT`: each has a ring of a quarter of a megabyte.
    static final int WATCHERS_MAX = 20;

    private final Clock clock;
    private final Tally.Row tally;
    /// Numbers the lines, so that who gets them in another order can put them right.
    private final AtomicLong lines = new AtomicLong();
    /// Written under this object's monitor.
    private volatile List<Watcher> all = List.of();
    private volatile int wanted;

    Watchers(Clock clock, Tally tally) {
        this.clock = clock;
        this.tally = tally.row(0);
    }

    /// Begins to tell a connection of these events.
    ///
    /// @return null if there are too many watchers
    synchronized @Nullable Watcher add(Connection connection, int events) {
        if (all.size() == WATCHERS_MAX) {
            return null;
        }
        var watcher = new Watcher(connection, events);
        List<Watcher> more = new ArrayList<>(all);
        more.add(watcher);
        become(more);
        return watcher;
    }

    synchronized void remove(Watcher watcher) {
        List<Watcher> fewer = new ArrayList<>(all);
        fewer.remove(watcher);
        become(fewer);
    }

    private void become(List<Watcher> watchers) {
        all = List.copyOf(watchers);
        wanted = watchers.stream().mapToInt(Watcher::events).reduce(0, (a, b) -> a | b);
    }

    int count() {
        return all.size();
    }

    /// Whether somebody wants to be told of such events.
    boolean want(Watched event) {
        return (wanted & event.bit()) != 0;
    }

    // What there is to tell.

    /// Somebody has looked for an item.
    ///
    /// @param found as the store has it, dead or alive
    void fetched(Probe key, @Nullable Item found, int generation) {
        Item live = found != null && found.isLive(clock.now(), generation) ? found : null;
        String status = live != null
                ? "found"
                : found == null ? "not_found" : found.isFlushed(generation) ? "flushed" : "expired";
        tell(Watched.FETCHERS, "item_get key=" + Percent.encoded(key) + " status=" + status
                + (live != null ? " clsid=1" : " clsid=0") + " cfd=" + key.connection() + " size="
                + (live != null ? live.length() : 0));
    }

    /// A value was stored, or was not.
    void stored(Probe key, Mode mode, Outcome outcome, int expiry, int length) {
        String status = switch (outcome) {
            case DONE -> "stored";
            case NOT_STORED -> "not_stored";
            case EXISTS -> "exists";
            case NOT_FOUND -> "not_found";
            case NO_MEMORY, NOT_NUMERIC -> "no_memory";
        };
        long ttl = expiry == Clock.NEVER ? 0 : Integer.toUnsignedLong(expiry - clock.now());
        store(key, status, mode, " ttl=" + ttl + " clsid=1", length);
    }

    /// A value was refused before it arrived.
    void refused(Probe key, Mode mode, boolean tooLarge) {
        store(key, tooLarge ? "too_large" : "no_memory", mode, " ttl=0 clsid=0", 0);
    }

    private void store(Probe key, String status, Mode mode, String ttlAndClass, int length) {
        tell(Watched.MUTATIONS, "item_store key=" + Percent.encoded(key) + " status=" + status + " cmd="
                + mode.name().toLowerCase(Locale.ROOT) + ttlAndClass + " cfd=" + key.connection() + " size=" + length);
    }

    /// An item went because the memory was full.
    void evicted(Item item) {
        int now = clock.now();
        tell(Watched.EVICTIONS, "eviction key=" + Percent.encoded(item.bytes, item.keyLength())
                + (item.isFetched() ? " fetch=yes" : " fetch=no")
                + " ttl=" + (item.expiry() == Clock.NEVER ? -1 : item.expiry() - now)
                + " la=" + (now - item.accessed()) + " clsid=1 size=" + item.length());
    }

    void deleted(Item item, Verb by) {
        tell(Watched.DELETIONS, "deleted key=" + Percent.encoded(item.bytes, item.keyLength())
                + (by == Verb.MD ? " cmd=md" : " cmd=delete") + " clsid=1 size=" + item.length());
    }

    void opened(Connection connection) {
        tell(Watched.CONNEVENTS, "conn_new " + peer(connection) + " cfd=" + connection.slot());
    }

    /// @param asked the client has said that it is over
    void closed(Connection connection, boolean asked) {
        String reason = asked || connection.hasEnded()
                ? "normal"
                : connection.isDraining() ? "shutdown" : connection.isLate() ? "idle_timeout" : "error";
        tell(Watched.CONNEVENTS, "conn_close " + peer(connection) + " reason=" + reason + " cfd=" + connection.slot());
    }

    private static String peer(Connection connection) {
        SocketAddress peer = connection.peer();
        if (peer instanceof InetSocketAddress inet) {
            return "rip=" + inet.getAddress().getHostAddress() + " rport=" + inet.getPort() + " transport=tcp";
        }
        // A socket that was reset can no longer be asked.
        return peer == null ? "rip=unknown rport=0 transport=tcp" : "rip=unix rport=0 transport=local";
    }

    private void tell(Watched event, String what) {
        Instant now = Instant.now();
        String time =
                "ts=" + now.getEpochSecond() + "." + Integer.toString(1_000_000 + now.getNano() / 1_000).substring(1);
        byte[] line = (time + " gid=" + lines.incrementAndGet() + " type=" + what + "\n").getBytes(ISO_8859_1);
        for (Watcher watcher : all) {
            if ((watcher.events() & event.bit()) != 0) {
                tally.increment(watcher.tell(line) ? Stat.LOG_WATCHER_SENT : Stat.LOG_WATCHER_SKIPPED);
            }
        }
    }
}
