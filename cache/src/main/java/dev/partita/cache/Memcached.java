package dev.partita.cache;

import dev.partita.cache.Settings.Feature;
import dev.partita.connection.Connection;
import dev.partita.connection.Protocol;
import dev.partita.connection.Session;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The memcached protocol (text: classic and meta commands) with a store of its own. One for a server:
///
///     Server.of(new Memcached(Settings.defaults())).listen(11211).run(new Symped(4));
///
/// Its work never blocks. Under SEDA there are two stages: `lookup` for what only reads, `update` for what changes items.
public final class Memcached implements Protocol {
    /// The version of memcached that it behaves like, in the form that clients parse.
    public static final String VERSION = "1.6.45";
    /// Items that are looked at in a second, for those that have expired.
    private static final int CRAWLED_PER_SECOND_MAX = 20_000;

    private final Settings settings;
    private final Clock clock;
    private final Tally tally = new Tally();
    private final Watchers watchers;
    private final Store store;
    private final Updates updates;
    private final Retrieval retrieval;
    private final Classic classic;
    private final Meta meta;
    private final Service service;

    /// A server's protocol and its empty store.
    public Memcached(Settings settings) {
        this(settings, new Clock(System.nanoTime(), System.currentTimeMillis() / 1_000));
    }

    Memcached(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        watchers = new Watchers(clock, tally);
        store = new Store(settings.memoryBytes(), settings.itemBytesMax(), settings.has(Feature.EVICTION), clock, tally,
                watchers);
        updates = new Updates(store, clock, settings, watchers);
        var hotKeys = new HotKeys();
        retrieval = new Retrieval(store, updates, clock, hotKeys);
        classic = new Classic(updates, clock);
        meta = new Meta(store, updates, clock, hotKeys);
        service = new Service(settings, store, clock, tally, hotKeys, watchers);
    }

    @Override
    public Session open(Connection connection) {
        return new CacheSession(this, connection);
    }

    @Override
    public List<String> stages() {
        return List.of("lookup", "update");
    }

    @Override
    public boolean refusesConnections() {
        return settings.has(Feature.REFUSAL);
    }

    @Override
    public byte[] lateReply() {
        return Says.BUSY.clone();
    }

    @Override
    public void tick(long epochSecond) {
        clock.tick(System.nanoTime(), epochSecond);
        store.tick(CRAWLED_PER_SECOND_MAX);
    }

    /// What it has counted since it started or since `stats reset`, by memcached's names. From any thread; allocates.
    public Map<String, Long> counts() {
        Map<String, Long> counts = Arrays.stream(Stat.values()).collect(Collectors.toMap(Stat::word, tally::sum));
        counts.put("cmd_get", tally.lookups());
        return counts;
    }

    /// How much it holds now, by memcached's names. From any thread; allocates.
    public Map<String, Long> levels() {
        return Map.of("curr_items", store.items(), "bytes", store.bytes(), "limit_maxbytes", store.bytesMax());
    }

    // For sessions.

    Store store() {
        return store;
    }

    Tally tally() {
        return tally;
    }

    Watchers watchers() {
        return watchers;
    }

    Retrieval retrieval() {
        return retrieval;
    }

    Classic classic() {
        return classic;
    }

    Meta meta() {
        return meta;
    }

    Service service() {
        return service;
    }

    boolean trustsEverybody() {
        return settings.credentials() == null;
    }

    /// A set whose value is a name and a password: memcached's way to say who one is.
    void authenticate(CacheSession session) {
        Credentials credentials = settings.credentials();
        session.tally().increment(Stat.AUTH_CMDS);
        if (!session.value().endsWell()) {
            session.say(Says.BAD_AUTHENTICATION_END);
            return;
        }
        String[] words = session.value().text(session.key()).strip().split(" +", -1);
        if (words.length < 2) {
            session.say(Says.BAD_AUTHENTICATION);
        } else if (credentials == null || credentials.accept(words[0], words[1])) {
            session.say(Says.STORED);
            session.trust();
        } else {
            session.tally().increment(Stat.AUTH_ERRORS);
            session.say(Says.WRONG_AUTHENTICATION);
        }
    }

    /// Whether the value that a request announces may be stored at all.
    boolean fits(Request request) {
        return updates.fits(request.keyLength, request.length);
    }

    /// The request's value was refused: what is stored under its key must not stay.
    void drop(CacheSession session) {
        updates.drop(session.request(), session.key());
    }
}
