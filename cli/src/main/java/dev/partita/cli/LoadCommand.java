package dev.partita.cli;

import dev.partita.load.Arrivals;
import dev.partita.load.Dialogue;
import dev.partita.load.HistogramLog;
import dev.partita.load.HttpDialogue;
import dev.partita.load.JsonResult;
import dev.partita.load.Load;
import dev.partita.load.LoadRun;
import dev.partita.load.Progress;
import dev.partita.load.RawDialogue;
import dev.partita.load.Result;
import dev.partita.transport.Transports;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `partita load`: checks what was asked for, runs the load, shows how it goes and what it came to.
@Command(addMethodSubcommands = false, sortOptions = false, customSynopsis = "partita load URL (--rate N | --closed) [OPTION ...]", //
        description = """
                Puts load on a server and measures its latency, without leaving out what a server that stops keeps from being \
                asked.""", footer = """

                Times are such as 10s, 500ms or 2m. Ctrl-C ends it early, with what was measured.
                Exit codes: 0 measured; 1 the server cannot be reached, or a file not written; 2 the command line is
                wrong; 3 the result is void, since the generator was the bottleneck. docs/load.md is the guide.""")
final class LoadCommand implements Callable<Integer> {
    /// The exit code of a result that says nothing about the server.
    static final int VOID = 3;
    private static final String TCP = "tcp";

    private final PrintStream out;
    private final PrintStream err;

    @Parameters(paramLabel = "URL", arity = "1", description = """
            Such as http://127.0.0.1:8080/plaintext; cache://127.0.0.1:11211 for memcached's text protocol; with --raw \
            tcp://127.0.0.1:9000.""")
    private String url = "";

    @Option(names = "--rate", paramLabel = "N", description = """
            Open loop: so many requests are due in a second, whatever the server does; latency counts from when \
            each was due.""")
    private @Nullable String rate;

    @Option(names = "--closed", description = """
            Closed loop: each connection asks when its request before has ended. For the most that a server can do, \
            not for its latency.""")
    private boolean closed;

    @Option(names = "--arrivals", paramLabel = "HOW", description = """
            How an open loop's requests are spread: poisson (as those of many users) or constant. Default: poisson.""")
    private String arrivals = "poisson";

    @Option(names = "--connections", paramLabel = "N", description = "How many connections. Default: 64.")
    private String connections = "64";

    @Option(names = "--duration", paramLabel = "T", description = "The measured time. Default: 10s.")
    private String duration = "10s";

    @Option(names = "--warmup", paramLabel = "T", description = "Load before the measured time. Default: 3s.")
    private String warmUp = "3s";

    @Option(names = "--pipeline", paramLabel = "N", description = "Requests open on one connection. Default: 1.")
    private String pipeline = "1";

    @Option(names = "--requests-per-connection", paramLabel = "N", description = """
            Closes a connection after so many requests; the next request that needs one opens it. Default: never.""")
    private @Nullable String requestsPerConnection;

    @Option(names = "--mix", paramLabel = "FILE", description = """
            Several kinds of requests; lines of: weight method path [body-file]. The URL's path does not count then.""")
    private @Nullable String mix;

    @Option(names = "--raw", paramLabel = "FILE", description = """
            Says the bytes of this file over TCP, instead of HTTP.""")
    private @Nullable String raw;

    @Option(names = "--reply-end", paramLabel = "TEXT", description = """
            With --raw: what a reply ends with; \\r, \\n, \\t and \\\\ are understood. Default: \\n.""")
    private @Nullable String replyEnd;

    @Mixin
    private final CacheLoadOptions cache = new CacheLoadOptions();

    @Option(names = "--slow-readers", paramLabel = "N", description = """
            Further connections that take their replies slowly; not counted. Default: 0.""")
    private String slowReaders = "0";

    @Option(names = "--timeout", paramLabel = "T", description = """
            How long a reply may take, and a request wait for a connection. Default: 10s.""")
    private String timeout = "10s";

    @Option(names = "--line-max", paramLabel = "N", description = """
            Requests of a thread that may wait for a connection; beyond it they fail as unsent. Default: 100000.""")
    private String lineMax = "100000";

    @Option(names = "--threads", paramLabel = "N", description = "Event loops that make the load. Default: 1.")
    private String threads = "1";

    @Option(names = "--seed", paramLabel = "N", description = """
            Decides the arrivals and the choice among a mix. Default: 1.""")
    private String seed = "1";

    @Option(names = "--transport", paramLabel = "NAME", description = """
            How it talks to the kernel: auto, or one that 'partita doctor' lists. Default: auto.""")
    private String transport = "auto";

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result as JSON.")
    private @Nullable String json;

    @Option(names = "--histogram-log", paramLabel = "FILE", description = """
            Writes the latencies of each second for the tools of HdrHistogram.""")
    private @Nullable String histogramLog;

    @Option(names = "--i-own-this-host", description = "Allows a server that is not on this machine.")
    private boolean ownHost;

    LoadCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Load load = load();
        Path jsonFile = json == null ? null : Typed.path("--json", json);
        Path logFile = histogramLog == null ? null : Typed.path("--histogram-log", histogramLog);
        var shown = new LoadProgress(err, LoadProgress.isTerminal());
        Result result;
        if (logFile == null) {
            result = run(load, shown);
        } else {
            try (var log = new HistogramLog(logFile, shown)) {
                result = run(load, log);
            }
        }
        shown.end();
        out.print(LoadReport.of(result));
        out.flush();
        if (jsonFile != null) {
            JsonResult.write(result, jsonFile);
        }
        return result.isVoid() ? VOID : 0;
    }

    private static Result run(Load load, Progress progress) throws IOException, InterruptedException {
        LoadRun run;
        try {
            run = load.start(progress);
        } catch (IllegalArgumentException refused) {
            throw new Mistake(String.valueOf(refused.getMessage()));
        }
        Signals.stopping(run::stop);
        return run.await();
    }

    /// What was asked for.
    ///
    /// @throws Mistake if it cannot be
    Load load() throws IOException {
        if (closed == (rate != null)) {
            throw new Mistake(closed
                    ? "--rate and --closed exclude each other: an open loop has a rate, a closed one has the server's"
                    : "say --rate N (open loop: requests come by the clock, as users do) or --closed (closed loop: each"
                            + " waits for the one before); they measure different things, so there is no default");
        }
        Dialogue dialogue;
        SocketAddress to;
        long randomness = Typed.number("--seed", seed, Long.MIN_VALUE, Long.MAX_VALUE);
        if (url.startsWith(CacheLoadOptions.SCHEME + ":")) {
            to = cacheAddress();
            dialogue = cache.dialogue(randomness);
        } else if (cache.given() != null) {
            throw new Mistake(cache.given() + " belongs to a URL such as cache://127.0.0.1:11211");
        } else if (raw != null) {
            to = rawAddress();
            dialogue = rawDialogue(raw);
        } else {
            HttpDialogue http = http();
            to = http.address();
            dialogue = http;
        }
        if (!ownHost && !Load.isThisMachine(to)) {
            throw new Mistake(
                    url + " is not on this machine: load on somebody's server is an attack; if it is yours, say so"
                            + " with --i-own-this-host");
        }
        Load load = Load.of(dialogue, to)
                .arrivals(arrivals())
                .connections(number("--connections", connections, 1, 1_000_000))
                .pipeline(number("--pipeline", pipeline, 1, 1_024))
                .slowReaders(number("--slow-readers", slowReaders, 0, 100_000))
                .lineMax(number("--line-max", lineMax, 1, 10_000_000))
                .threads(number("--threads", threads, 1, 1_024))
                .seed(randomness);
        timed("--duration", duration, load::duration);
        timed("--warmup", warmUp, load::warmUp);
        timed("--timeout", timeout, load::timeout);
        if (requestsPerConnection != null) {
            load.requestsPerConnection(
                    number("--requests-per-connection", requestsPerConnection, 1, Integer.MAX_VALUE));
        }
        try {
            if (!transport.equals("auto")) {
                load.transport(Transports.named(transport));
            }
        } catch (IllegalArgumentException refused) {
            throw new Mistake(String.valueOf(refused.getMessage()));
        }
        if (ownHost) {
            load.iOwnThisHost();
        }
        return rate == null ? load.closed() : load.rate(rate(rate));
    }

    private HttpDialogue http() throws IOException {
        if (replyEnd != null) {
            throw new Mistake("--reply-end belongs to --raw");
        }
        if (url.startsWith("https:")) {
            throw new Mistake("https is not there yet; use a http:// URL");
        }
        try {
            if (mix == null) {
                return HttpDialogue.get(uri("http://127.0.0.1:8080/"));
            }
            Path file = Typed.path("--mix", mix);
            if (!Files.isReadable(file)) {
                throw new Mistake("--mix " + mix + ": there is no such file, or it cannot be read");
            }
            return HttpDialogue.of(uri("http://127.0.0.1:8080/"), HttpDialogue.mix(file));
        } catch (IllegalArgumentException refused) {
            throw new Mistake(String.valueOf(refused.getMessage()));
        }
    }

    private SocketAddress cacheAddress() {
        if (mix != null || raw != null || replyEnd != null) {
            throw new Mistake("--mix, --raw and --reply-end do not go with cache://: it asks gets and sets");
        }
        return CacheLoadOptions.address(uri("cache://127.0.0.1:11211"));
    }

    private SocketAddress rawAddress() {
        if (mix != null) {
            throw new Mistake("--mix and --raw exclude each other: a mix is one of HTTP requests");
        }
        URI uri = uri("tcp://127.0.0.1:9000");
        if (!TCP.equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 1) {
            throw new Mistake("'" + url + "' is no address for --raw: valid are such as tcp://127.0.0.1:9000");
        }
        return Address.inet(uri.getHost(), uri.getPort());
    }

    private Dialogue rawDialogue(String request) throws IOException {
        Path file = Typed.path("--raw", request);
        if (!Files.isReadable(file)) {
            throw new Mistake("--raw " + request + ": there is no such file, or it cannot be read");
        }
        byte[] end = unescaped(replyEnd == null ? "\\n" : replyEnd).getBytes(StandardCharsets.UTF_8);
        try {
            return new RawDialogue(Files.readAllBytes(file), end);
        } catch (IllegalArgumentException refused) {
            throw new Mistake("--raw " + request + ": " + refused.getMessage());
        }
    }

    private static String unescaped(String text) {
        var plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                char escaped = ++i < text.length() ? text.charAt(i) : ' ';
                plain.append(switch (escaped) {
                    case 'r' -> '\r';
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case '\\' -> '\\';
                    default -> throw new Mistake("--reply-end is '" + text + "': valid are \\r, \\n, \\t and \\\\");
                });
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    private URI uri(String example) {
        try {
            return new URI(url);
        } catch (URISyntaxException invalid) {
            throw new Mistake("'" + url + "' is no URL: valid are such as " + example);
        }
    }

    private Arrivals arrivals() {
        return switch (arrivals) {
            case "poisson" -> Arrivals.POISSON;
            case "constant" -> Arrivals.CONSTANT;
            default -> throw new Mistake("there are no arrivals '" + arrivals + "'"
                    + Nearest.question(arrivals, List.of("poisson", "constant")) + "; valid are poisson, constant");
        };
    }

    private static double rate(String text) {
        try {
            double value = Double.parseDouble(text);
            if (value >= Load.RATE_MIN && value <= Load.RATE_MAX) {
                return value;
            }
        } catch (NumberFormatException none) {
            // The same message as for a number out of range.
        }
        throw new Mistake(
                "--rate is '" + text + "': valid are " + Load.RATE_MIN + " to " + Load.RATE_MAX + " a second");
    }

    private static int number(String option, String text, int least, int most) {
        return (int) Typed.number(option, text, least, most);
    }

    private static void timed(String option, String text, Consumer<Duration> setter) {
        Duration time = Typed.duration(option, text, "times such as 500ms, 10s, 2m or 1h");
        try {
            setter.accept(time);
        } catch (IllegalArgumentException outOfRange) {
            throw new Mistake(option + " " + text + ": the " + outOfRange.getMessage());
        }
    }
}
