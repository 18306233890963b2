package dev.partita.cli;

import dev.partita.cache.Credentials;
import dev.partita.cache.Settings;
import dev.partita.cache.Settings.Feature;
import dev.partita.limits.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// memcached's own options, with its defaults, its complaints and its exit codes: what they ask of the cache and of the server
/// around it. What it asks for is first looked through whole, so that nothing has been started when it is refused.
final class MemcachedOptions {
    /// EX_USAGE of sysexits(3).
    private static final int USAGE = 64;
    private static final int PORT = 11_211;
    private static final String THREADS = "4";
    private static final long DAY_MILLIS = 86_400_000;
    /// What holds where nothing else is said. A hundred values of a kilobyte leave in two pieces; a connection that is kept
    /// open for hours is nothing unusual.
    static final Limits LIMITS = Limits.defaults().with(Map.of("connectionsMax", 1_024L, "backlog", 1_024L,
            "turnStepsMax", 21L, "bufferBytes", 64L << 10, "bufferBytesMax", 64L << 10, "idleMillisMax", DAY_MILLIS));
    /// Suboptions of `-o` that concern what does not exist here.
    private static final Set<String> WITHOUT_MEANING = Set.of("hashpower", "tail_repair_time", "hash_algorithm",
            "lru_crawler", "no_lru_crawler", "lru_crawler_sleep", "lru_crawler_tocrawl", "read_buf_mem_limit",
            "resp_obj_mem_limit", "lru_maintainer", "no_lru_maintainer", "hot_lru_pct", "warm_lru_pct",
            "hot_max_factor",
            "warm_max_factor", "temporary_ttl", "slab_reassign", "no_slab_reassign", "slab_automove",
            "no_slab_automove", "slab_automove_ratio", "slab_automove_window", "slab_automove_freeratio",
            "slab_chunk_max", "slab_sizes", "no_hashexpand", "track_sizes", "no_track_sizes", "modern", "no_modern",
            "watcher_logbuf_size", "worker_logbuf_size", "inline_ascii_resp", "no_inline_ascii_resp",
            "drop_privileges", "no_drop_privileges", "no_chunked_items", "expirezero_does_not_evict");

    @Option(names = {"-p",
        "--port"}, paramLabel = "N", description = "TCP port to listen on. Default: 11211; 0 for any.")
    private @Nullable String port;

    @Option(names = {"-l", "--listen"}, split = ",", paramLabel = "ADDR", description = """
            Addresses to listen on, each with its own port if it has one. Default: 127.0.0.1, so for programs of this \
            machine only; 0.0.0.0 or :: for everybody.""")
    private List<String> listen = new ArrayList<>();

    @Option(names = {"-s",
        "--unix-socket"}, paramLabel = "FILE", description = "Unix socket to listen on, and no network.")
    private @Nullable String unixSocket;

    @Option(names = {"-a", "--unix-mask"}, paramLabel = "MASK", description = """
            Permissions of the unix socket, in octal. Default: 700.""")
    private String unixMask = "700";

    @Option(names = {"-m", "--memory-limit"}, paramLabel = "N", description = """
            Memory for items, in megabytes. Default: 64.""")
    private String memory = "64";

    @Option(names = {"-c", "--conn-limit"}, paramLabel = "N", description = """
            Connections that may be open; one more is told so and closed. Default: 1024.""")
    private String connections = "1024";

    @Option(names = {"-t", "--threads"}, paramLabel = "N", description = """
            The same as --workers. Default: 4.""")
    private @Nullable String threads;

    @Option(names = {"-I", "--max-item-size"}, paramLabel = "N", description = """
            The largest item: bytes, or with k or m behind it. Default: 1m; 1k to 1024m.""")
    private String itemSize = "1m";

    @Option(names = {"-R", "--max-reqs-per-event"}, paramLabel = "N", description = """
            Commands of one connection before the others have their turn. Default: 20.""")
    private String requestsPerTurn = "20";

    @Option(names = {"-b", "--listen-backlog"}, paramLabel = "N", description = """
            Connections that the kernel holds for us. Default: 1024.""")
    private String backlog = "1024";

    @Option(names = {"-M",
        "--disable-evictions"}, description = "A full cache refuses items instead of dropping others.")
    private boolean noEvictions;

    @Option(names = {"-C", "--disable-cas"}, description = "Items have no compare-and-swap ids.")
    private boolean noCas;

    @Option(names = {"-F", "--disable-flush-all"}, description = "Forbids the command flush_all.")
    private boolean noFlush;

    @Option(names = {"-X", "--disable-dumping"}, description = "Forbids commands that list keys.")
    private boolean noDump;

    @Option(names = {"-W", "--disable-watch"}, description = "Forbids the command watch.")
    private boolean noWatch;

    @Option(names = {"-A", "--enable-shutdown"}, description = "Allows the command shutdown.")
    private boolean shutdown;

    @Option(names = {"-Y", "--auth-file"}, paramLabel = "FILE", description = """
            Only those may speak who have sent a set with 'user password' as its value, from this file's lines \
            user:password.""")
    private @Nullable String authFile;

    @Option(names = {"-P", "--pidfile"}, paramLabel = "FILE", description = "Writes the process id into this file.")
    private @Nullable String pidFile;

    @Option(names = {"-d", "--daemon"}, description = "Runs in the background. (The launcher's doing.)")
    private boolean daemon;

    @Option(names = {"-u", "--user"}, paramLabel = "USER", description = """
            When started by root: runs as this user. (The launcher's doing.)""")
    private @Nullable String user;

    @Option(names = {"-U", "--udp-port"}, paramLabel = "N", description = "0 is accepted: there is no UDP.")
    private String udpPort = "0";

    @Option(names = "-v", description = "The verbosity that stats settings shows; as often as three times.")
    private boolean[] verbose = {};

    @Option(names = {"-o",
        "--extended"}, split = ",", paramLabel = "NAME[=VALUE]", description = """
                idle_timeout=SECONDS (default 0: a day), no_maxconns_fast (connections over the limit wait in the backlog). \
                Those about slabs, hash tables and the segmented LRU are accepted and mean nothing here.""")
    private List<String> extended = new ArrayList<>();

    @Option(names = {"-B",
        "--protocol"}, paramLabel = "NAME", description = "auto or ascii; both mean the text protocols.")
    private String protocol = "auto";

    @Option(names = {"-k", "--lock-memory"}, description = "Accepted; means nothing here.")
    private boolean lockMemory;

    @Option(names = {"-L", "--enable-largepages"}, description = "Accepted; means nothing here.")
    private boolean largePages;

    @Option(names = {"-r", "--enable-coredumps"}, description = "Accepted; means nothing here.")
    private boolean coreDumps;

    @Option(names = {"-f", "--slab-growth-factor"}, paramLabel = "F", description = "Accepted; means nothing here.")
    private @Nullable String growthFactor;

    @Option(names = {"-n", "--slab-min-size"}, paramLabel = "N", description = "Accepted; means nothing here.")
    private @Nullable String slabMinSize;

    @Option(names = "-D", paramLabel = "CHAR", description = "Accepted; means nothing here.")
    private @Nullable String prefixDelimiter;

    @Option(names = {"-S", "--enable-sasl"}, hidden = true)
    private boolean sasl;

    @Option(names = {"-Z", "--enable-ssl"}, hidden = true)
    private boolean ssl;

    @Option(names = {"-e", "--memory-file"}, hidden = true)
    private @Nullable String memoryFile;

    // What they ask for.

    /// What the cache is to be.
    Settings settings() {
        refuseWhatIsNotOffered();
        long megabytes = number(memory, "-m", 0, Long.MAX_VALUE >> 20);
        long item = size(itemSize);
        if (item < 1_024) {
            throw new Mistake("Item max size cannot be less than 1024 bytes.", USAGE);
        }
        if (item > 1L << 30) {
            throw new Mistake("Cannot set item size limit higher than a gigabyte.", USAGE);
        }
        if (item > (megabytes << 20) / 2) {
            throw new Mistake("Cannot set item size limit higher than 1/2 of memory max.", USAGE);
        }
        Settings settings = Settings.defaults().withItemBytesMax(1_024)
                .withMemoryBytes(megabytes << 20)
                .withItemBytesMax((int) item)
                .withRequestsPerTurn(requests());
        settings = noEvictions ? settings.without(Feature.EVICTION) : settings;
        settings = noCas ? settings.without(Feature.CAS) : settings;
        settings = noFlush ? settings.without(Feature.FLUSH) : settings;
        settings = noDump ? settings.without(Feature.DUMP) : settings;
        settings = noWatch ? settings.without(Feature.WATCH) : settings;
        return extended.contains("no_maxconns_fast") ? settings.without(Feature.REFUSAL) : settings;
    }

    private int requests() {
        return (int) positive(requestsPerTurn, "Number of requests per event must be greater than 0", 4_000);
    }

    /// Who may speak, if not everybody may. Reads the file.
    @Nullable Credentials credentials() {
        return authFile == null ? null : credentials(Typed.path("-Y", authFile));
    }

    private static Credentials credentials(Path file) {
        try {
            return Credentials.read(file);
        } catch (IOException refused) {
            throw new Mistake("Could not open authfile [" + file + "] for reading: " + refused.getMessage(),
                    Cache.MISUSED);
        }
    }

    /// Whether a client may end the server.
    boolean allowsShutdown() {
        return shutdown;
    }

    /// The bounds of the server around the cache.
    Limits limits() {
        Map<String, Long> limits = new HashMap<>();
        limits.put("connectionsMax",
                positive(connections, "Maximum connections must be greater than 0", 1_000_000));
        limits.put("backlog", number(backlog, "-b", 1, 65_535));
        // A turn is one look at the socket and as many commands; the reply is one more step.
        limits.put("turnStepsMax", requests() + 1L);
        limits.put("idleMillisMax", idleMillis());
        return LIMITS.with(limits);
    }

    /// Threads that were asked for; null if nobody did.
    @Nullable String threads() {
        positive(threads == null ? THREADS : threads, "Number of threads must be greater than 0", 1_024);
        return threads;
    }

    /// Threads if nobody asks for a number.
    String threadsOtherwise() {
        return THREADS;
    }

    /// Where it is to be found.
    List<SocketAddress> addresses() {
        if (unixSocket != null) {
            return List.of(Address.parse("unix:" + unixSocket));
        }
        int number = port();
        List<SocketAddress> addresses = new ArrayList<>();
        for (String each : listen.isEmpty() ? List.of("127.0.0.1") : listen) {
            boolean hasPort = each.startsWith("[")
                    ? each.contains("]:")
                    : each.indexOf(':') == each.lastIndexOf(':')
                            && each.contains(":");
            addresses.add(hasPort ? Address.parse(each) : Address.inet(each, number));
        }
        return addresses;
    }

    private int port() {
        String text = port == null ? Integer.toString(PORT) : port;
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
            throw new Mistake("Invalid port number " + text + ": valid are 0 to 65535, 0 for any that is free", USAGE);
        }
        return Integer.parseInt(text);
    }

    private long idleMillis() {
        long millis = DAY_MILLIS;
        for (String each : extended) {
            String name = each.contains("=") ? each.substring(0, each.indexOf('=')) : each;
            String value = each.substring(Math.min(each.length(), name.length() + 1));
            switch (name.toLowerCase(Locale.ROOT)) {
                case "idle_timeout" -> {
                    long seconds = number(value, "idle_timeout", 0, DAY_MILLIS / 1_000);
                    millis = seconds == 0 ? DAY_MILLIS : seconds * 1_000;
                }
                case "maxconns_fast", "no_maxconns_fast" -> { /* see settings */ }
                default -> {
                    if (!WITHOUT_MEANING.contains(name)) {
                        throw new Mistake("Illegal suboption \"" + name + "\""
                                + Nearest.question(name, WITHOUT_MEANING) + "\nvalid are idle_timeout, maxconns_fast,"
                                + " no_maxconns_fast, and those of memcached about its slabs and its LRU",
                                Cache.MISUSED);
                    }
                }
            }
        }
        return millis;
    }

    /// What `stats settings` shows of the server around the cache.
    ///
    /// @param workers how many there are, whatever option says it
    Map<String, String> facts(Setup setup, String workers) {
        Map<String, String> facts = new HashMap<>();
        SocketAddress first = setup.addresses().getFirst();
        if (first instanceof InetSocketAddress inet) {
            facts.put("tcpport", Integer.toString(inet.getPort()));
            facts.put("inter", inet.getAddress().getHostAddress());
        } else if (first instanceof UnixDomainSocketAddress unix) {
            facts.put("tcpport", "0");
            facts.put("domain_socket", unix.getPath().toString());
            facts.put("umask", unixMask);
        }
        facts.put("verbosity", Integer.toString(Math.min(2, verbose.length)));
        facts.put("num_threads", workers);
        return facts;
    }

    /// The unix socket that it listens on; null if it listens on the network.
    @Nullable Path unixSocket() {
        return unixSocket == null ? null : Typed.path("-s", unixSocket);
    }

    /// The unix socket's permissions, as in `st_mode`.
    int unixMode() {
        return Integer.parseInt(unixMask, 8);
    }

    /// The file for the process id; null if nobody wants one.
    @Nullable Path pidFile() {
        return pidFile == null ? null : Typed.path("-P", pidFile);
    }

    /// Whether it runs in the background, so that nobody reads what it says.
    boolean isDaemon() {
        return daemon;
    }

    // What is not as with memcached.

    private void refuseWhatIsNotOffered() {
        if (sasl) {
            throw new Mistake("-S is not offered: SASL belongs to the binary protocol, which is not spoken here",
                    USAGE);
        }
        if (ssl) {
            throw new Mistake("-Z is not offered: there is no TLS; let stunnel or HAProxy stand in front", USAGE);
        }
        if (memoryFile != null) {
            throw new Mistake("-e is not offered: items live on the JVM's heap and end with the process", USAGE);
        }
        switch (protocol) {
            case "auto", "ascii" -> { /* the text protocols */ }
            case "binary" -> throw new Mistake(
                    "-B binary is not offered: the binary protocol is deprecated in memcached,"
                            + " and not spoken here; use -B ascii, and a client that speaks text",
                    USAGE);
            default -> throw new Mistake("Invalid value for binding protocol: " + protocol
                    + "\n -- should be one of auto or ascii", USAGE);
        }
        if (!udpPort.equals("0")) {
            throw new Mistake("-U is " + udpPort + ": there is no UDP here; valid is 0", USAGE);
        }
        if (!unixMask.matches("[0-7]{3,4}")) {
            throw new Mistake("-a is '" + unixMask + "': valid are permissions in octal, such as 700", USAGE);
        }
        if (user != null && isRoot() && !user.equals("root")) {
            throw new Mistake("can't switch to the user " + user + ": only the launcher can; start ./partita", 67);
        }
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /// The options that were given and have no meaning here.
    List<String> withoutMeaning() {
        Map<String, Boolean> given = Map.of("-k", lockMemory, "-L", largePages, "-r", coreDumps, "-f",
                growthFactor != null, "-n", slabMinSize != null, "-D", prefixDelimiter != null, "-B ascii",
                protocol.equals("ascii"));
        List<String> names = new ArrayList<>(given.keySet().stream().filter(given::get).sorted().toList());
        extended.stream().map(each -> each.replaceFirst("=.*", "")).filter(WITHOUT_MEANING::contains)
                .forEach(each -> names.add("-o " + each));
        return names;
    }

    // Numbers as memcached takes them.

    private static long positive(String text, String complaint, long most) {
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) == 0) {
            throw new Mistake(complaint + ": it is '" + text + "'", Cache.MISUSED);
        }
        long number = Long.parseLong(text);
        if (number > most) {
            throw new Mistake(text + " is too many: valid are 1 to " + most, USAGE);
        }
        return number;
    }

    private static long number(String text, String option, long least, long most) {
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < least || Long.parseLong(text) > most) {
            throw new Mistake(option + " is '" + text + "': valid are " + least + " to " + most, USAGE);
        }
        return Long.parseLong(text);
    }

    private static long size(String text) {
        if (!text.matches("[0-9]{1,12}[kKmM]?")) {
            throw new Mistake("-I is '" + text + "': valid are bytes, or 1k to 1024m", USAGE);
        }
        char unit = Character.toLowerCase(text.charAt(text.length() - 1));
        long number = Long.parseLong(text.replaceAll("[kKmM]", ""));
        return unit == 'm' ? number << 20 : unit == 'k' ? number << 10 : number;
    }
}
