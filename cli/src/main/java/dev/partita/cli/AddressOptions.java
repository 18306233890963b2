package dev.partita.cli;

import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Where a server listens.
final class AddressOptions {
    private @Nullable CommandSpec command;

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

    /// @param port the port to listen on when nothing is said
    AddressOptions(int port) {
        this.port = Integer.toString(port);
    }

    /// Gets to know the command that has these options.
    @Spec(Spec.Target.MIXEE)
    void command(CommandSpec command) {
        this.command = command;
    }

    /// What was asked for.
    ///
    /// @throws Mistake if it cannot be
    List<SocketAddress> addresses() {
        if (listen.isEmpty()) {
            return List.of(Address.inet(host, (int) Typed.number("--port", port, 0, 65_535)));
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

    private boolean isGiven(String option) {
        return Objects.requireNonNull(command).commandLine().getParseResult().hasMatchedOption(option);
    }
}
