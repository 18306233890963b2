package dev.partita.cli;

import dev.partita.limits.Limits;
import dev.partita.server.Running;
import dev.partita.transport.SocketOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `partita serve`: checks what was asked for, starts the server, and waits to be ended.
///
/// Values are taken as texts and checked here, so that every complaint can name what is valid.
@Command(name = "serve", sortOptions = false, description = """
        Serves HTTP under a server model of your choice, until Ctrl-C.""", footer = """

        With neither --root nor --demo it serves a small site that explains the models.
        Ctrl-C (SIGINT) and SIGTERM let requests in flight finish and exit with 0; a second one stops now
        and exits with 130 or 143.""")
final class Serve implements Callable<Integer> {
    private static final String DEFAULT_HOST = "127.0.0.1";
    private static final String DEFAULT_PORT = "8080";

    private final PrintStream out;
    private final PrintStream err;

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
            The address to listen on; 0.0.0.0 or :: for everybody. Default: 127.0.0.1, so for programs of this \
            machine only.""")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "PORT", description = """
            The port to listen on; 0 for any that is free. Default: 8080.""")
    private @Nullable String port;

    @Option(names = "--listen", paramLabel = "ADDRESS", description = """
            Instead of --host and --port, and as often as you like:\s""" + Address.FORMS + ".")
    private List<String> listen = new ArrayList<>();

    @Option(names = "--max-connections", paramLabel = "N", description = """
            Connections that may be open; more wait in the kernel's backlog. Default: 10000.""")
    private @Nullable String maxConnections;

    @Option(names = "--root", paramLabel = "DIR", description = "Serves the files of this folder.")
    private @Nullable String root;

    @Option(names = "--demo", description = """
            Serves what measurements need: /plaintext, /json, POST /echo, /work?micros=N, /sleep?millis=N, \
            /stream?bytes=N, /stages. Other paths answer 'Hello, World!', or with --root its files.""")
    private boolean demo;

    @Option(names = "--work-per-micro", paramLabel = "N", description = """
            With --demo: rounds of /work that take a microsecond. Default: measured once for each machine.""")
    private @Nullable String workPerMicro;

    @Option(names = "--socket-option", paramLabel = "NAME=VALUE", description = """
            Sets a socket option, as often as you like; 'partita doctor' lists them. Default: tcp-nodelay=on.""")
    private List<String> socketOptions = new ArrayList<>();

    @Option(names = "--pin-loops", description = "Ties each event loop to a processor. Default: they may move.")
    private boolean pinLoops;

    Serve(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Plan plan = plan();
        var ending = new Ending(out); // before the first connection can be lost
        Running running = plan.start();
        announce(plan, running);
        return ending.await(running);
    }

    /// Tells everything that is known once the server runs, in one write, and then measures what is not known yet.
    void announce(Plan plan, Running running) {
        plan.warning().ifPresent(warning -> {
            err.println(warning);
            err.flush();
        });
        out.print(Announcement.of(plan, running));
        out.flush();
        plan.content().warmUp().ifPresent(finding -> {
            out.println(finding);
            out.flush();
        });
    }

    /// What was asked for.
    ///
    /// @throws Mistake if it cannot be
    Plan plan() {
        try {
            var choice = Plan.Choice.of(transport);
            return new Plan(
                    ModelName.of(model).model(workers, loops, accept),
                    choice,
                    addresses(),
                    limits(),
                    options(),
                    pinLoops,
                    Content.of(root, demo, workPerMicro));
        } catch (IllegalArgumentException refused) {
            throw new Mistake(String.valueOf(refused.getMessage())); // core's own checks name what is valid
        }
    }

    private List<SocketAddress> addresses() {
        if (listen.isEmpty()) {
            String number = port == null ? DEFAULT_PORT : port;
            return List.of(Address.inet(
                    host == null ? DEFAULT_HOST : host, (int) Numbers.parse("--port", number, 0, 65_535)));
        }
        if (host != null || port != null) {
            throw new Mistake((host != null ? "--host" : "--port") + " and --listen exclude each other; --host and"
                    + " --port are the short form of one --listen HOST:PORT");
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

    private Limits limits() {
        Limits limits = Limits.defaults();
        return maxConnections == null
                ? limits
                : limits.withConnectionsMax((int) Numbers.parse("--max-connections", maxConnections, 1, 1_000_000));
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
