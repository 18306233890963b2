package dev.partita.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.partita.cache.Settings.Feature;
import dev.partita.limits.Counter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What concerns the whole server: flush_all, version, stats and the like. Not on anybody's hot path: it may allocate.
final class Service {
    private final Settings settings;
    private final Store store;
    private final Clock clock;
    private final Tally tally;
    private final Statistics statistics;
    private final HotKeys hotKeys;
    private final Watchers watchers;
    private volatile int verbosity;

    Service(Settings settings, Store store, Clock clock, Tally tally, HotKeys hotKeys, Watchers watchers) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
        this.tally = tally;
        this.hotKeys = hotKeys;
        this.watchers = watchers;
        statistics = new Statistics(settings, store, clock, tally, watchers);
        verbosity = Integer.parseInt(settings.facts().getOrDefault("verbosity", "0"));
    }

    void perform(CacheSession session) {
        List<String> words = words(session);
        switch (session.request().verb) {
            case FLUSH_ALL -> flushAll(session, words);
            case VERSION -> session.say(("VERSION " + Memcached.VERSION + "\r\n").getBytes(ISO_8859_1));
            case VERBOSITY -> verbosity(session, words);
            case STATS -> stats(session, words);
            case QUIT -> session.end();
            case SHUTDOWN -> shutdown(session, words);
            case SLABS -> slabs(session, words);
            case LRU -> lru(session, words);
            case LRU_CRAWLER -> lruCrawler(session, words);
            case CACHE_MEMLIMIT -> memlimit(session, words);
            case WATCH -> watch(session, words);
            default -> unknown(session, words);
        }
    }

    private static List<String> words(CacheSession session) {
        List<String> words = new ArrayList<>();
        Line line = session.request().words();
        while (line.next()) {
            byte[] word = new byte[line.length()];
            session.inbound().copy(line.start(), word, 0, word.length);
            words.add(new String(word, ISO_8859_1));
        }
        return words;
    }

    /// Somebody speaks HTTP: an answer would be data to them.
    private static void unknown(CacheSession session, List<String> words) {
        session.connection().counters().increment(Counter.BAD_REQUESTS);
        if (!words.isEmpty() && words.getLast().startsWith("HTTP/")) {
            session.end();
        } else {
            session.say(Says.ERROR);
        }
    }

    private void flushAll(CacheSession session, List<String> words) {
        boolean quiet = session.request().quiet;
        session.tally().increment(Stat.CMD_FLUSH);
        if (words.size() > 2) {
            error(session, Says.ERROR);
        } else if (!settings.has(Feature.FLUSH)) {
            reply(session, Says.NO_FLUSH);
        } else if (words.size() > (quiet ? 1 : 0) && !isNumber(words.getFirst())) {
            error(session, Says.BAD_EXPTIME);
        } else {
            int delay = words.size() > (quiet ? 1 : 0) ? (int) Long.parseLong(words.getFirst()) : 0;
            store.flush(delay > 0 ? clock.expiry(delay) : Clock.PASSED);
            reply(session, Says.OK);
        }
    }

    /// Up to 18 digits with a sign: all that an exptime can be.
    private static boolean isNumber(String word) {
        return word.matches("[-+]?[0-9]{1,18}");
    }

    private void verbosity(CacheSession session, List<String> words) {
        if (words.isEmpty() || words.size() > 2) {
            error(session, words.isEmpty() ? Says.BAD_FORMAT : Says.ERROR);
            return;
        }
        BigInteger level = unsigned(words.getFirst());
        if (level == null) {
            error(session, Says.BAD_FORMAT);
        } else {
            verbosity = level.min(BigInteger.TWO).intValueExact();
            reply(session, Says.OK);
        }
    }

    /// A number from 0 to 2^64-1, as [Line#isUnsigned] has it; null if it is none.
    private static @Nullable BigInteger unsigned(String word) {
        if (!word.matches("[-+]?[0-9]{1,20}")) {
            return null;
        }
        BigInteger number = new BigInteger(word);
        if (number.bitLength() > Long.SIZE) {
            return null;
        }
        BigInteger wrapped = number.signum() < 0 ? number.add(BigInteger.TWO.pow(Long.SIZE)) : number;
        return number.signum() < 0 && wrapped.bitLength() >= Long.SIZE ? null : wrapped;
    }

    private void stats(CacheSession session, List<String> words) {
        String which = words.isEmpty() ? "" : words.getFirst();
        switch (which) {
            case "" -> send(session, statistics.general(session.connection()));
            case "settings" -> send(session, statistics.settings(session.connection(), verbosity));
            case "items" -> send(session, statistics.items());
            case "slabs" -> send(session, statistics.slabs());
            case "sizes" -> send(session, statistics.sizes());
            case "conns" -> send(session, statistics.connections(session.connection()));
            case "reset" -> {
                tally.reset();
                session.say(Says.RESET);
            }
            case "detail" -> detail(session, words);
            case "hotkeys" -> hotKeys(session, words);
            case "cachedump" -> cachedump(session, words);
            case "extstore" -> session.say(Says.END);
            default -> error(session, Says.ERROR);
        }
    }

    private void cachedump(CacheSession session, List<String> words) {
        BigInteger slab = words.size() < 3 ? null : unsigned(words.get(1));
        BigInteger most = words.size() < 3 ? null : unsigned(words.get(2));
        if (!settings.has(Feature.DUMP)) {
            session.say("CLIENT_ERROR stats cachedump not allowed\r\n".getBytes(ISO_8859_1));
        } else if (words.size() < 3) {
            session.say("CLIENT_ERROR bad command line\r\n".getBytes(ISO_8859_1));
        } else if (slab == null || most == null || most.bitLength() > Integer.SIZE) {
            session.say(Says.BAD_FORMAT);
        } else if (slab.bitLength() > 6) { // memcached has 64 classes of items, we have one
            session.say("CLIENT_ERROR Illegal slab id\r\n".getBytes(ISO_8859_1));
        } else if (slab.equals(BigInteger.ONE)) {
            send(session, statistics.cachedump(most.longValueExact()));
        } else {
            session.say(Says.END);
        }
    }

    /// Ours: memcached has no such thing.
    private void hotKeys(CacheSession session, List<String> words) {
        String what = words.size() > 1 ? words.get(1) : "";
        switch (what) {
            case "on", "off" -> {
                hotKeys.count(what.equals("on"));
                session.say(Says.OK);
            }
            case "" -> send(session, statistics.hotKeys(hotKeys.hottest()));
            default -> session.say("CLIENT_ERROR usage: stats hotkeys [on|off]\r\n".getBytes(ISO_8859_1));
        }
    }

    private static void detail(CacheSession session, List<String> words) {
        String what = words.size() > 1 ? words.get(1) : "";
        switch (what) {
            case "on", "off" -> session.say(Says.OK);
            case "dump" -> session.say(Says.END);
            default -> session.say("CLIENT_ERROR usage: stats detail on|off|dump\r\n".getBytes(ISO_8859_1));
        }
    }

    private void shutdown(CacheSession session, List<String> words) {
        Consumer<Boolean> shutdown = settings.shutdown();
        boolean graceful = words.equals(List.of("graceful"));
        if (shutdown == null) {
            session.say(Says.NO_SHUTDOWN);
        } else if (!words.isEmpty() && !graceful) {
            session.say(Says.BAD_SHUTDOWN);
        } else {
            session.end();
            shutdown.accept(graceful);
        }
    }

    /// There are no slabs: what a script tells them is agreed to and has no effect.
    private static void slabs(CacheSession session, List<String> words) {
        String what = words.isEmpty() ? "" : words.getFirst();
        boolean known = what.equals("reassign") && words.size() == 3 || what.equals("automove") && words.size() >= 2;
        session.say(known ? Says.OK : Says.ERROR);
    }

    /// There is no segmented LRU: its settings are agreed to and have no effect.
    private static void lru(CacheSession session, List<String> words) {
        String what = words.isEmpty() ? "" : words.getFirst();
        boolean known = what.equals("tune") && words.size() >= 5 || what.equals("mode") && words.size() >= 2
                || what.equals("temp_ttl") && words.size() >= 2;
        session.say(known ? Says.OK : Says.ERROR);
    }

    private void lruCrawler(CacheSession session, List<String> words) {
        String what = words.isEmpty() ? "" : words.getFirst();
        switch (what) {
            case "enable", "disable" -> session.say(words.size() == 1 ? Says.OK : Says.ERROR);
            case "crawl" -> session
                    .say(words.size() != 2 ? Says.ERROR : isClasses(words.get(1)) ? Says.OK : Says.BAD_CLASS);
            case "tocrawl", "sleep" -> session.say(words.size() == 2 ? Says.OK : Says.ERROR);
            case "metadump", "mgdump" -> dump(session, words, what.equals("mgdump"));
            default -> error(session, Says.ERROR);
        }
    }

    /// memcached has 63 classes of items; all of ours are in the first.
    private static boolean isClasses(String word) {
        return word.matches("all|0*([1-9]|[1-5][0-9]|6[0-3])(,0*([1-9]|[1-5][0-9]|6[0-3]))*");
    }

    private void dump(CacheSession session, List<String> words, boolean asCommands) {
        if (words.size() != 2) {
            error(session, Says.ERROR);
        } else if (!settings.has(Feature.DUMP)) {
            session.say("ERROR metadump not allowed\r\n".getBytes(ISO_8859_1));
        } else if (!words.get(1).equals("hash") && !isClasses(words.get(1))) {
            session.say(Says.BAD_CLASS);
        } else {
            session.outbound().follow(new Dump(store, clock, asCommands));
            session.produceNext();
        }
    }

    private void watch(CacheSession session, List<String> words) {
        if (!settings.has(Feature.WATCH)) {
            session.say(Says.NO_WATCH);
            return;
        }
        int events = 0;
        for (String word : words.isEmpty() ? List.of("fetchers") : words) {
            Watched watched = Watched.of(word);
            if (watched == null) {
                error(session, Says.ERROR);
                return;
            }
            events |= watched.bit();
        }
        Watcher watcher = watchers.add(session.connection(), events);
        if (watcher == null) {
            session.say(Says.TOO_MANY_WATCHERS);
        } else {
            session.say(Says.OK);
            session.watch(watcher);
        }
    }

    private void memlimit(CacheSession session, List<String> words) {
        BigInteger megabytes = words.isEmpty() || words.size() > 2 ? null : unsigned(words.getFirst());
        if (megabytes == null) {
            error(session, Says.ERROR);
            return;
        }
        String answer = megabytes.compareTo(BigInteger.valueOf(1_000_000_000)) > 0
                ? "MEMLIMIT_ADJUST_FAILED input value is megabytes not bytes"
                : memlimit(megabytes.longValueExact());
        if (answer.equals("OK")) {
            store.bytesMax(megabytes.longValueExact() << 20);
        }
        reply(session, (answer + "\r\n").getBytes(ISO_8859_1));
    }

    private String memlimit(long megabytes) {
        return megabytes < 8
                ? "MEMLIMIT_TOO_SMALL cannot set maxbytes to less than 8m"
                : megabytes << 20 > settings.memoryBytes()
                        ? "MEMLIMIT_ADJUST_FAILED out of bounds or unable to adjust"
                        : "OK";
    }

    private static void send(CacheSession session, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        session.send(bytes, 0, bytes.length);
    }

    private static void reply(CacheSession session, byte[] line) {
        if (!session.request().quiet) {
            session.say(line);
        }
    }

    private static void error(CacheSession session, byte[] line) {
        session.connection().counters().increment(Counter.BAD_REQUESTS);
        reply(session, line);
    }
}
