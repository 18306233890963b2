package dev.partita.cache;

import dev.partita.cache.Settings.Feature;
import dev.partita.connection.Connection;
import dev.partita.limits.Counter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/// The texts of `stats` and what may follow it. Names and forms are memcached's, so that whoever reads those reads these;
/// what there is no such thing of here (slabs, segments) is shown as zero or left out.
final class Statistics {
    private static final int TICKS_PER_SECOND = 100; // USER_HZ, fixed by the kernel's ABI (proc_pid_stat(5))
    private static final int MICROS_PER_TICK = 1_000_000 / TICKS_PER_SECOND;

    /// What memcached counts and there is no such thing of here: shown as zero to those who read every name.
    private static final List<String> WITHOUT_MEANING = List.of("time_in_listen_disabled_us", "hash_bytes",
            "hash_is_expanding", "slab_reassign_running", "slabs_moved", "lru_crawler_running", "malloc_fails",
            "evicted_active", "slab_global_page_pool", "lrutail_reflocked", "moves_to_cold", "moves_to_warm",
            "moves_within_lru", "direct_reclaims", "lru_bumps_dropped", "response_obj_oom", "response_obj_count",
            "response_obj_bytes", "read_buf_count", "read_buf_bytes", "read_buf_bytes_free", "read_buf_oom",
            "reserved_fds", "slab_reassign_rescues", "slab_reassign_chunk_rescues", "slab_reassign_evictions_nomem",
            "slab_reassign_inline_reclaim", "slab_reassign_busy_items", "slab_reassign_busy_deletes",
            "lru_maintainer_juggles", "log_worker_dropped", "log_worker_written", "unexpected_napi_ids",
            "round_robin_fallback");
    private static final int CACHEDUMP_BYTES_MAX = 2 << 20; // memcached's bound
    /// Items that it looks at: dead ones make no line.
    private static final int CACHEDUMP_ITEMS_MAX = 100_000;

    private final Settings settings;
    private final Store store;
    private final Clock clock;
    private final Tally tally;
    private final Watchers watchers;

    Statistics(Settings settings, Store store, Clock clock, Tally tally, Watchers watchers) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
        this.tally = tally;
        this.watchers = watchers;
    }

    /// Lines `STAT name value`.
    private static final class Text {
        private final StringBuilder text = new StringBuilder(4_096);

        Text add(String name, long value) {
            return add(name, Long.toString(value));
        }

        Text add(String name, String value) {
            text.append("STAT ").append(name).append(' ').append(value).append("\r\n");
            return this;
        }

        String end() {
            return text.append("END\r\n").toString();
        }
    }

    /// `stats`.
    String general(Connection connection) {
        var text = new Text();
        long pid = ProcessHandle.current().pid();
        long[] cpu = cpuMicros();
        long accepted = connection.total(Counter.ACCEPTED);
        text.add("pid", pid)
                .add("uptime", clock.now() - 2L)
                .add("time", clock.epochSecond(clock.now()))
                .add("version", Memcached.VERSION)
                .add("pointer_size", 64)
                .add("rusage_user", seconds(cpu[0]))
                .add("rusage_system", seconds(cpu[1]))
                .add("max_connections", connection.limits().connectionsMax())
                .add("curr_connections", Math.max(0, accepted - connection.total(Counter.CLOSED)))
                .add("total_connections", accepted)
                .add("rejected_connections", connection.total(Counter.REFUSED))
                .add("connection_structures", connection.limits().connectionsMax());
        text.add("cmd_get", tally.lookups());
        for (Stat stat : Stat.values()) {
            text.add(stat.word(), tally.sum(stat));
        }
        text.add("bytes_read", connection.total(Counter.BYTES_IN))
                .add("bytes_written", connection.total(Counter.BYTES_OUT))
                .add("limit_maxbytes", store.bytesMax())
                .add("accepting_conns", 1)
                .add("listen_disabled_num", connection.total(Counter.ACCEPT_PAUSES_FULL)
                        + connection.total(Counter.ACCEPT_PAUSES_STARVED))
                .add("threads", settings.facts().getOrDefault("num_threads", "1"))
                .add("conn_yields", connection.total(Counter.YIELDS))
                .add("idle_kicks", connection.total(Counter.LATE_IDLE))
                .add("hash_power_level", Math.max(16, 64 - Long.numberOfLeadingZeros(store.items())))
                .add("log_watchers", watchers.count())
                .add("bytes", store.bytes())
                .add("curr_items", store.items());
        WITHOUT_MEANING.forEach(name -> text.add(name, 0));
        return text.end();
    }

    /// `stats settings`.
    String settings(Connection connection, int verbosity) {
        var text = new Text();
        text.add("maxbytes", store.bytesMax()).add("maxconns", connection.limits().connectionsMax());
        for (String fact : new String[]{"tcpport", "udpport", "inter", "domain_socket", "umask"}) {
            text.add(fact, settings.facts().getOrDefault(fact, fact.equals("udpport") ? "0" : "NULL"));
        }
        text.add("verbosity", verbosity)
                .add("oldest", 0)
                .add("evictions", onOff(settings.has(Feature.EVICTION)))
                .add("shutdown_command", yesNo(settings.shutdown() != null))
                .add("num_threads", settings.facts().getOrDefault("num_threads", "1"))
                .add("stat_key_prefix", ":")
                .add("detail_enabled", "no")
                .add("reqs_per_event", settings.requestsPerTurn())
                .add("cas_enabled", yesNo(settings.has(Feature.CAS)))
                .add("tcp_backlog", connection.limits().backlog())
                .add("binding_protocol", "ascii")
                .add("auth_enabled_sasl", "no")
                .add("auth_enabled_ascii", yesNo(settings.credentials() != null))
                .add("item_size_max", settings.itemBytesMax())
                .add("maxconns_fast", yesNo(settings.has(Feature.REFUSAL)))
                .add("slab_reassign", "no")
                .add("slab_automove", 0)
                .add("lru_crawler", "yes")
                .add("flush_enabled", yesNo(settings.has(Feature.FLUSH)))
                .add("dump_enabled", yesNo(settings.has(Feature.DUMP)))
                .add("hash_algorithm", "multiply-fold")
                .add("lru_maintainer_thread", "no")
                .add("lru_segmented", "no")
                .add("idle_timeout", connection.limits().idleMillisMax() / 1_000)
                .add("track_sizes", "no")
                .add("ssl_enabled", "no");
        return text.end();
    }

    /// `stats items`: there is one class of items, number 1.
    String items() {
        var text = new Text();
        if (store.items() > 0) {
            text.add("items:1:number", store.items())
                    .add("items:1:age", 0)
                    .add("items:1:mem_requested", store.bytes())
                    .add("items:1:evicted", tally.sum(Stat.EVICTIONS))
                    .add("items:1:evicted_nonzero", 0)
                    .add("items:1:evicted_time", 0)
                    .add("items:1:outofmemory", tally.sum(Stat.STORE_NO_MEMORY))
                    .add("items:1:tailrepairs", 0)
                    .add("items:1:reclaimed", tally.sum(Stat.RECLAIMED))
                    .add("items:1:expired_unfetched", tally.sum(Stat.EXPIRED_UNFETCHED))
                    .add("items:1:evicted_unfetched", tally.sum(Stat.EVICTED_UNFETCHED))
                    .add("items:1:evicted_active", 0)
                    .add("items:1:crawler_reclaimed", tally.sum(Stat.CRAWLER_RECLAIMED))
                    .add("items:1:crawler_items_checked", tally.sum(Stat.CRAWLER_ITEMS_CHECKED))
                    .add("items:1:lrutail_reflocked", 0)
                    .add("items:1:moves_to_cold", 0)
                    .add("items:1:moves_to_warm", 0)
                    .add("items:1:moves_within_lru", 0)
                    .add("items:1:direct_reclaims", 0)
                    .add("items:1:hits_to_hot", 0)
                    .add("items:1:hits_to_warm", 0)
                    .add("items:1:hits_to_cold", tally.sum(Stat.GET_HITS))
                    .add("items:1:hits_to_temp", 0);
        }
        return text.end();
    }

    /// `stats cachedump 1 LIMIT`: some of the items.
    ///
    /// @param most how many; 0 for as many as fit
    String cachedump(long most) {
        var text = new StringBuilder();
        int shown = 0;
        Iterator<String> items = store.walk(this::cachedumpLine);
        for (int looked = 0; looked < CACHEDUMP_ITEMS_MAX && items.hasNext() && (most == 0 || shown < most)
                && text.length() < CACHEDUMP_BYTES_MAX; looked++) {
            String line = items.next();
            text.append(line);
            shown += line.isEmpty() ? 0 : 1;
        }
        return text.append("END\r\n").toString();
    }

    private String cachedumpLine(Item item) {
        if (!store.isLive(item)) {
            return "";
        }
        long end = item.expiry() == Clock.NEVER ? 0 : clock.epochSecond(item.expiry());
        return "ITEM " + new String(item.key(), StandardCharsets.ISO_8859_1) + " [" + item.length() + " b; " + end
                + " s]\r\n";
    }

    /// `stats slabs`: memory comes from the JVM's heap, not from slabs.
    String slabs() {
        return new Text().add("active_slabs", 0).add("total_malloced", store.bytes()).end();
    }

    /// `stats sizes`.
    String sizes() {
        return new Text().add("sizes_status", "disabled").end();
    }

    /// `stats conns`: of the connections, only the asking one.
    String connections(Connection connection) {
        int slot = connection.slot();
        return new Text().add(slot + ":state", "conn_parse_cmd").add(slot + ":secs_since_last_cmd", 0).end();
    }

    /// `stats hotkeys`: a key that is not text is shown as its bytes are.
    String hotKeys(List<HotKeys.Hot> hottest) {
        var text = new Text();
        hottest.forEach(hot -> text.add(hot.key(), hot.lookups()));
        return text.end();
    }

    private static String yesNo(boolean is) {
        return is ? "yes" : "no";
    }

    private static String onOff(boolean is) {
        return is ? "on" : "off";
    }

    /// As the exporter for Prometheus reads it: seconds, a dot, microseconds.
    private static String seconds(long micros) {
        return String.format(Locale.ROOT, "%d.%06d", micros / 1_000_000, micros % 1_000_000);
    }

    /// Processor time of this process, in user mode and in the kernel. Where `/proc` does not tell them apart, all of it
    /// counts as user mode.
    private static long[] cpuMicros() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 0);
            return new long[]{Long.parseLong(fields[11]) * MICROS_PER_TICK,
                Long.parseLong(fields[12]) * MICROS_PER_TICK};
        } catch (IOException | RuntimeException otherSystem) {
            return new long[]{
                ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1_000, 0};
        }
    }
}
