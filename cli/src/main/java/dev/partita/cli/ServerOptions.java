package dev.partita.cli;

import dev.partita.transport.SocketOptions;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The options that every command has which starts a server, whatever that speaks.
///
/// Values are taken as texts and checked here, so that every complaint can name what is valid.
final class ServerOptions {
    private final LimitOptions limits = new LimitOptions();
    private @Nullable CommandSpec command;

    @Option(names = "--model", paramLabel = "NAME", description = """
            The server model: mp, sped, seda, amped, symped or vt; 'partita models' explains them. \
            Default: symped.""")
    private String model = "symped";

    @Option(names = "--workers", paramLabel = "N", description = """
            How many: symped's event loops, amped's workers, seda's threads for each stage, mp's most threads. \
            Default: the number of processors; 512 for mp.""")
    private @Nullable String workers;

    @Option(names = "--loops", paramLabel = "N", description = """
            How many: seda's network nodes, vt's pollers. Default: 1.""")
    private @Nullable String loops;

    @Option(names = "--accept", paramLabel = "POLICY", description = """
            How symped's loops come by their connections: hand-over (one acceptor passes them on), reuse-port (a \
            listener for each loop) or shared (one listener for all). Default: reuse-port.""")
    private @Nullable String accept;

    @Option(names = "--transport", paramLabel = "NAME", description = """
            How it talks to the kernel: auto (the best that works here), epoll or nio. Default: auto.""")
    private String transport = "auto";

    @Option(names = "--host", paramLabel = "HOST", description = """
            The address to listen on; 0.0.0.0 or :: for everybody. Default: ${DEFAULT-VALUE}, so for programs \
            of this machine only.""")
    private String host = "127.0.0.1";

    @Option(names = "--port", paramLabel = "PORT", description = """
            The port to listen on; 0 for any that is free. Default: ${DEFAULT-VALUE}.""")
    private String port;

    @Option(names = "--listen", paramLabel = "ADDRESS", description = """
            Instead of --host and --port, and as often as you like:\s""" + Address.FORMS + ".")
    private List<String> listen = new ArrayList<>();

    @Option(names = "--socket-option", paramLabel = "NAME=VALUE", description = """
            Sets a socket option, as often as you like; 'partita doctor' lists them. Default: tcp-nodelay=on.""")
    private List<String> socketOptions = new ArrayList<>();

    @Option(names = "--pin-loops", description = "Ties each event loop to a processor. Default: they may move.")
    private boolean pinLoops;

    /// @param port the port to listen on when nothing is said
    ServerOptions(int port) {
        this.port = Integer.toString(port);
    }

    /// Gets to know the command that has these options.
    @Spec(Spec.Target.MIXEE)
    void command(CommandSpec command) {
        this.command = command;
        limits.addTo(command);
    }

    /// What was asked for.
    ///
    /// @throws Mistake if it cannot be
    Setup setup() {
        try {
            return new Setup(
                    ModelName.of(model).model(workers, loops, accept),
                    Setup.Choice.of(transport),
                    addresses(),
                    limits.limits(),
                    options(),
                    pinLoops);
        } catch (IllegalArgumentException refused) {
            throw new Mistake(String.valueOf(refused.getMessage())); // core's own checks name what is valid
        }
    }

    private List<SocketAddress> addresses() {
        if (listen.isEmpty()) {
            return List.of(Address.inet(host, (int) Numbers.parse("--port", port, 0, 65_535)));
        }
        for (String other : List.of("--host", "--port")) {
            if (isGiven(other)) {
                throw new Mistake(other + " and --listen exclude each other; --host and --port are the short form of"
                        + " one --listen HOST:PORT");
            }
        }
        List<SocketAddress> addresses = new ArrayList<>();
        for (String each : listen) {
            SocketAddress address = Address.parse(each);
            if (addresses.contains(address) && !Address.isAnyPort(address)) {
                throw new Mistake("--listen " + each + " is given twice");
            }
            addresses.add(address);
        }
        return addresses;
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

    private boolean isGiven(String option) {
        return Objects.requireNonNull(command).commandLine().getParseResult().hasMatchedOption(option);
    }
}
