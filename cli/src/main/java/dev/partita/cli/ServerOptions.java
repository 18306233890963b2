package dev.partita.cli;

import dev.partita.cli.flight.Flight;
import dev.partita.limits.Limits;
import dev.partita.transport.SocketOptions;
import java.io.PrintStream;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The options that every command has which starts a server, whatever that speaks and wherever it listens.
///
/// Values are taken as texts and checked here, so that every complaint can name what is valid.
final class ServerOptions {
    private static final int PROCESSES_PER_PROCESSOR = 4;

    private final LimitOptions limits;
    private final @Nullable String workersDefault;

    @Option(names = "--model", paramLabel = "NAME", description = """
            The server model: mp, sped, seda, amped, symped or vt; 'partita models' explains them. \
            Default: symped.""")
    private String model = "symped";

    @Option(names = "--workers", paramLabel = "N", description = """
            How many: symped's event loops, amped's workers, seda's threads for each stage, mp's most threads. \
            Default: the number of processors; 512 for mp; 4 times the processors for mp in processes.""")
    private @Nullable String workers;

    @Option(names = "--loops", paramLabel = "N", description = """
            How many: seda's network nodes, vt's pollers. Default: 1.""")
    private @Nullable String loops;

    @Option(names = "--accept", paramLabel = "POLICY", description = """
            How symped's loops come by their connections: hand-over (one acceptor passes them on), reuse-port (a \
            listener for each loop) or shared (one listener for all). Default: reuse-port.""")
    private @Nullable String accept;

    @Option(names = "--transport", paramLabel = "NAME", description = """
            How it talks to the kernel: auto (the best that works here), epoll, uring or nio. Default: auto.""")
    private String transport = "auto";

    @Option(names = "--socket-option", paramLabel = "NAME=VALUE", description = """
            Sets a socket option, as often as you like; 'partita doctor' lists them. Default: tcp-nodelay=on \
            and tcp-notsent-lowat=131072.""")
    private List<String> socketOptions = new ArrayList<>();

    @Option(names = "--admin", paramLabel = "[HOST:]PORT|off", description = """
            Where /healthz, /readyz and /metrics are answered. Default: the loopback address and the port after \
            the server's.""")
    private @Nullable String admin;

    @Option(names = "--pin-loops", description = "Ties each event loop to a processor. Default: they may move.")
    private boolean pinLoops;

    @Option(names = "--trusted-proxy", paramLabel = "CIDR", description = """
            Believes proxies of this network, such as 10.0.0.0/8, 192.0.2.1 or unix:, when they say on whose \
            behalf they speak: by a PROXY header (version 1 or 2), and in HTTP by X-Forwarded-For or Forwarded. As \
            often as you like. Default: nobody.""")
    private List<String> trustedProxies = new ArrayList<>();

    @Option(names = "--require-proxy-header", description = """
            Closes connections of trusted proxies that do not begin with a PROXY header: necessary where a \
            proxy passes on what clients send as it is. Default: they may leave it out.""")
    private boolean requireProxyHeader;

    @Option(names = "--jfr-slow-millis", paramLabel = "N", description = """
            Tells the JDK's flight recorder, while it records, of requests that take or wait so long, and of pauses in \
            accepting; 0 to 3600000. Default: of nothing.""")
    private @Nullable String jfrSlowMillis;

    @Option(names = ConfigFile.OPTION, paramLabel = "FILE", description = """
            Takes options from a file as well, a line for each: the name without its hyphens in front, =, the value. \
            The command line wins.""")
    @SuppressWarnings("unused") // for the help: ConfigFile has read it before the options are parsed
    private @Nullable String config;

    @Option(names = "--check", description = """
            Checks everything, also whether the addresses are free, and starts nothing.""")
    private boolean check;

    @Option(names = "--print-config", description = """
            Shows the value of every option and where it comes from, as a file for --config, and starts nothing.""")
    private boolean printConfig;

    private @Nullable ConfigFile configFile;
    private @Nullable CommandSpec command;

    /// @param limits those that hold where no option says another
    ServerOptions(Limits limits) {
        this(limits, null);
    }

    /// @param workersDefault what the help says of the default of --workers, where that is another than usual
    ServerOptions(Limits limits, @Nullable String workersDefault) {
        this.limits = new LimitOptions(limits);
        this.workersDefault = workersDefault;
    }

    /// Sets other limits that hold where no option says another.
    void unlessGiven(Limits limits) {
        this.limits.base(limits);
    }

    /// Sets how many workers there are if no option says so, where the model has a number of them.
    ///
    /// @param wanted a number that was asked for in other words; null if none was
    void workersUnlessGiven(@Nullable String wanted, String otherwise) {
        if (workers == null && wanted != null) {
            workers = wanted;
        } else if (workers == null && ModelName.of(model).hasWorkers()) {
            workers = otherwise;
        }
    }

    /// How many workers there are, where the model has a number of them; 1 where it has none.
    String workerCount() {
        return ModelName.of(model).values(workers, loops, accept).getOrDefault("--workers", "1");
    }

    /// Gets to know that the workers are processes: each costs a JVM, so there are fewer if no option says how many.
    void inProcesses() {
        if (workers == null && ModelName.of(model) == ModelName.MP) {
            workers = Integer.toString(PROCESSES_PER_PROCESSOR * Runtime.getRuntime().availableProcessors());
        }
    }

    /// Gets to know the command that has these options.
    @Spec(Spec.Target.MIXEE)
    void command(CommandSpec command) {
        this.command = command;
        limits.addTo(command);
        if (workersDefault != null) {
            OptionSpec usual = command.findOption("--workers");
            command.remove(usual);
            command.addOption(OptionSpec.builder(usual)
                    .description(usual.description()[0].replaceFirst("Default: .*", workersDefault)).build());
        }
    }

    /// What was asked for.
    ///
    /// @param addresses where to listen
    /// @throws Mistake if it cannot be
    Setup setup(List<SocketAddress> addresses) {
        try {
            return new Setup(
                    ModelName.of(model).model(workers, loops, accept),
                    Setup.Choice.of(transport),
                    addresses,
                    limits.limits(),
                    options(),
                    pinLoops,
                    AdminListener.of(admin, addresses),
                    Proxies.of(trustedProxies, requireProxyHeader),
                    flight(),
                    null,
                    null);
        } catch (IllegalArgumentException refused) {
            throw new Mistake(String.valueOf(refused.getMessage())); // core's own checks name what is valid
        }
    }

    /// Gets to know the file that some of the options stand in.
    void configuredBy(ConfigFile file) {
        configFile = file;
    }

    /// Whether everything is to be checked and nothing started.
    boolean isCheck() {
        return check;
    }

    /// Does what was asked for instead of starting the server.
    ///
    /// @return the exit code, or null if nothing was
    @Nullable Integer insteadOfStarting(Setup setup, PrintStream out, PrintStream err) {
        if (printConfig) {
            out.print(new EffectiveConfig(Objects.requireNonNull(command), configFile, effective(setup)));
        }
        if (check) {
            return Check.of(setup, out, err, Objects.requireNonNull(command).exitCodeOnExecutionException());
        }
        return printConfig ? 0 : null;
    }

    /// The values that hold where no option says them.
    private Map<String, String> effective(Setup setup) {
        Map<String, String> values = new HashMap<>();
        for (String field : Limits.names()) {
            values.put(LimitOptions.optionOf(field), Long.toString(setup.limits().get(field)));
        }
        values.putAll(ModelName.of(model).values(workers, loops, accept));
        setup.admin().address().ifPresent(address -> values.put("--admin", Address.text(address)));
        values.putIfAbsent("--admin", AdminListener.OFF);
        values.put("--socket-option", setup.options().settings().stream()
                .map(Object::toString)
                .collect(Collectors.joining("\n")));
        return values;
    }

    private Optional<Flight> flight() {
        return jfrSlowMillis == null
                ? Optional.empty()
                : Optional.of(new Flight(TimeUnit.MILLISECONDS
                        .toNanos(Typed.number("--jfr-slow-millis", jfrSlowMillis, 0, 3_600_000))));
    }

    private SocketOptions options() {
        SocketOptions options = SocketOptions.defaults();
        for (String each : socketOptions) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? each : each.substring(0, equals);
            try {
                options = options.with(each);
            } catch (IllegalArgumentException refused) {
                String message = String.valueOf(refused.getMessage());
                throw new Mistake(message + Nearest.question(name.replace('_', '-'), Doctor.optionNames()));
            }
        }
        return options;
    }
}
