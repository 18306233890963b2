package dev.partita.cli;

import java.io.PrintStream;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `partita` without a command: shows the commands. The exit code is 2, so that a script that lost its command notices.
@Command(addMethodSubcommands = false, name = "partita", versionProvider = Partita.Version.class, synopsisSubcommandLabel = "COMMAND", description = """
        A network server in which the server model is a choice.""", commandListHeading = "%nCommands:%n", footer = """

        partita COMMAND --help shows the options of a command.""")
final class Partita implements Callable<Integer> {
    private final PrintStream err;

    @Spec
    private @Nullable CommandSpec spec;

    Partita(PrintStream err) {
        this.err = err;
    }

    @Override
    public Integer call() {
        Objects.requireNonNull(spec).commandLine().usage(err, Ansi.OFF);
        return Main.MISTAKEN;
    }

    /// The lines of `--version`.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[]{"partita " + Main.version(),
                "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name")};
        }
    }
}
