package dev.partita.cli;

import dev.partita.linux.User;
import dev.partita.server.Isolation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Whether the workers are threads or processes, and where the program can be asked about them.
final class IsolationOptions {
    private static final List<String> VALID = List.of("threads", "processes");

    @Option(names = "--isolation", paramLabel = "WHAT", description = """
            What keeps the workers apart: threads or processes (symped, mp and amped). Symped and amped keep one warm process \
            more, for the next that is lost; mp keeps two that wait for a connection. Default: ${DEFAULT-VALUE}.""")
    private String isolation = "threads";

    @Option(names = "--control", paramLabel = "PATH", description = """
            The unix socket at which 'partita status', 'reload' and 'upgrade' find this server. Default: \
            partita-PORT.sock in the user's runtime directory, with processes or once there was a reload.""")
    private @Nullable String control;

    @Option(names = "--user", paramLabel = "NAME", description = """
            Started by root: becomes this user once every address is bound; with processes the workers do, and \
            amped's master. Default: stays who it is.""")
    private @Nullable String user;

    /// Whether the workers are to be processes.
    boolean isProcesses() {
        return isolation.equals("processes");
    }

    /// The setup with what these options say.
    ///
    /// @throws Mistake if it cannot be
    Setup around(Setup setup) {
        boolean nio = setup.choice().transport().name().equals("nio");
        Isolation wanted = named(isolation);
        if (nio && (wanted == Isolation.PROCESSES || control != null || user != null)) {
            throw new Mistake((user != null ? "--user" : control != null ? "--control" : "--isolation processes")
                    + " needs Linux and one of its own transports, since sockets are passed between processes: use"
                    + " --transport auto; here that is nio, " + setup.choice().why());
        }
        try {
            if (user != null) {
                User _ = User.named(user);
            }
            Path path = nio ? null : Typed.path("--control", control == null ? "" : control);
            return setup.in(setup.model().isolation(wanted), path, user);
        } catch (IllegalArgumentException refused) {
            throw new Mistake(String.valueOf(refused.getMessage()));
        }
    }

    /// The isolation of that name.
    ///
    /// @throws Mistake if there is none
    static Isolation named(String name) {
        if (!VALID.contains(name)) {
            throw new Mistake("there is no isolation '" + name + "'" + Nearest.question(name, VALID)
                    + "\nvalid are " + String.join(", ", VALID));
        }
        return Isolation.valueOf(name.toUpperCase(Locale.ROOT));
    }
}
