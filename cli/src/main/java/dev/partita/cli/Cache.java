package dev.partita.cli;

import dev.partita.admin.Figures;
import dev.partita.cache.Credentials;
import dev.partita.cache.Memcached;
import dev.partita.cache.Settings;
import dev.partita.cache.Settings.Feature;
import dev.partita.server.Running;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/// `partita cache`: a memcached that can change its model. Its options are memcached's, with their defaults and messages and
/// with memcached's exit codes; behind them come those of every server.
@Command(addMethodSubcommands = false, sortOptions = false, abbreviateSynopsis = true, exitCodeOnInvalidInput = Cache.MISUSED, exitCodeOnExecutionException = Cache.SYSTEM_REFUSED, versionProvider = Cache.Version.class, description = """
        Serves memcached's text protocol under a server model of your choice, until Ctrl-C.""", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:all is well, also after a drain",
    "1, 2, 64:the command line or the configuration file is wrong",
    "67:there is no such user",
    "71:the system refused something, such as a port in use, also to --check",
    "129, 130, 143:a second SIGHUP, SIGINT or SIGTERM did"}, footer = {
        """

                Signals:""", Ending.SIGNALS, """

                docs/cache.md is the guide."""})
final class Cache implements Callable<Integer> {
    /// memcached exits with this code for an option that it does not know.
    static final int MISUSED = 1;
    /// EX_OSERR of sysexits(3).
    static final int SYSTEM_REFUSED = 71;

    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private final MemcachedOptions memcached = new MemcachedOptions();

    @Mixin
    private final ServerOptions server =
            new ServerOptions(MemcachedOptions.LIMITS, "Default: 4, as memcached's -t; 512 for mp.");

    /// What `memcached -V` says, and who says it.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[]{"memcached " + Memcached.VERSION + " (partita " + Main.version() + ")"};
        }
    }

    Cache(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /// Gets to know the file that some of the options stand in.
    void configuredBy(ConfigFile file) {
        server.configuredBy(file);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var ending = new Ending(out);
        Settings settings = settings();
        if (memcached.allowsShutdown()) {
            settings = settings.withShutdown(graceful -> ending.ask());
        }
        Setup setup = setup();
        Credentials credentials = memcached.credentials();
        Path pidFile = memcached.pidFile();
        Integer instead = server.insteadOfStarting(setup, out, err);
        if (instead != null) {
            return instead;
        }
        settings = settings.withFacts(memcached.facts(setup, server.workerCount()));
        settings = credentials == null ? settings : settings.withCredentials(credentials);
        sayWhatMeansNothing();
        var protocol = new Memcached(settings);
        Running running = setup.start(protocol);
        Path pid = pidFile == null ? null : write(pidFile);
        protectUnixSocket();
        try (AdminListener _ = setup.admin().start(running, figures(protocol))) {
            if (!memcached.isDaemon()) {
                announce(setup, settings, running);
            }
            return ending.await(running);
        } finally {
            if (pid != null) {
                Files.deleteIfExists(pid);
            }
        }
    }

    /// The cache.
    Settings settings() {
        return memcached.settings();
    }

    /// The server around the cache: what memcached's options say, and then those that say it in Partita's words.
    Setup setup() {
        server.unlessGiven(memcached.limits());
        server.workersUnlessGiven(memcached.threads(), memcached.threadsOtherwise());
        return server.setup(memcached.addresses());
    }

    /// What `/metrics` shows of the cache: memcached's names behind `partita_cache_`.
    private static Figures figures(Memcached protocol) {
        return new Figures() {
            @Override
            public Map<String, Long> counts() {
                return prefixed(protocol.counts());
            }

            @Override
            public Map<String, Long> levels() {
                return prefixed(protocol.levels());
            }
        };
    }

    private static Map<String, Long> prefixed(Map<String, Long> figures) {
        return figures.entrySet().stream()
                .collect(Collectors.toMap(each -> "cache." + each.getKey(), Map.Entry::getValue));
    }

    private void announce(Setup setup, Settings settings, Running running) {
        out.print(Announcement.of(setup, running, Cache::place, columns -> columns.add("content",
                "memcached " + Memcached.VERSION + "'s text protocols, " + (settings.memoryBytes() >> 20)
                        + " MB for items of up to " + settings.itemBytesMax() + " bytes"
                        + (settings.has(Feature.EVICTION) ? "" : ", full is full"))));
        out.flush();
    }

    /// As clients want their servers named.
    private static String place(SocketAddress address) {
        return Address.url(address).replaceFirst("^http://(.*)/$", "$1");
    }

    private void sayWhatMeansNothing() {
        List<String> names = memcached.withoutMeaning();
        if (!names.isEmpty()) {
            err.println("partita: accepted, and without a meaning here: " + String.join(", ", names));
            err.flush();
        }
    }

    private @Nullable Path write(Path file) {
        try {
            return Files.writeString(file, ProcessHandle.current().pid() + "\n");
        } catch (IOException refused) {
            err.println("partita: could not write the pid file " + file + ": " + refused.getMessage());
            return null; // as memcached: it serves without
        }
    }

    private void protectUnixSocket() throws IOException {
        Path socket = memcached.unixSocket();
        if (socket == null) {
            return;
        }
        PosixFilePermission[] bits = PosixFilePermission.values(); // from the owner's read on, as in st_mode
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < bits.length; i++) {
            if ((memcached.unixMode() & 0400 >> i) != 0) {
                permissions.add(bits[i]);
            }
        }
        Files.setPosixFilePermissions(socket, permissions);
    }
}
