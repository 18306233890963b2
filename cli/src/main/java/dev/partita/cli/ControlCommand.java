package dev.partita.cli;

import dev.partita.processes.Control;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// A command that asks a server that runs, by its control socket, and shows what it has answered.
@Command(addMethodSubcommands = false, sortOptions = false, exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:done", "1:nobody answers, or it cannot be done", "2:the command line is wrong"})
final class ControlCommand implements Callable<Integer> {
    private final Question question;
    private final PrintStream out;
    private final PrintStream err;

    @Option(names = "--port", paramLabel = "PORT", description = """
            The port of the server. Default: ${DEFAULT-VALUE}.""")
    private String port = "8080";

    @Option(names = "--control", paramLabel = "PATH", description = """
            Its control socket, where it was started with one. Default: the one that goes by the port.""")
    private @Nullable String control;

    /// What is asked of the server that answers at a path.
    @FunctionalInterface
    private interface Question {
        Control.Reply ask(Path path) throws IOException;
    }

    private ControlCommand(Question question, PrintStream out, PrintStream err) {
        this.question = question;
        this.out = out;
        this.err = err;
    }

    /// `partita status`: the processes of a server.
    static CommandLine status(PrintStream out, PrintStream err) {
        return command(new ControlCommand(Control::status, out, err), """
                Shows the processes of a server that runs: generation, age, connections, requests, restarts.""");
    }

    /// `partita reload`: a new generation of a server.
    static CommandLine reload(PrintStream out, PrintStream err) {
        return command(new ControlCommand(Control::reload, out, err), """
                Starts a new generation of a server with what its command line and files say now, without losing a \
                request.""");
    }

    /// `partita upgrade`: a new process in the place of a server.
    static CommandLine upgrade(PrintStream out, PrintStream err) {
        return command(new ControlCommand(Control::upgrade, out, err),
                """
                        Starts a server's command line again, with the jars and the JDK that are in its place now, and lets the \
                        new process take over without losing a request. The old one drains and ends, so the process has another \
                        id then.""");
    }

    private static CommandLine command(ControlCommand command, String description) {
        var line = new CommandLine(command);
        line.getCommandSpec().usageMessage().description(description);
        return line;
    }

    @Override
    public Integer call() throws IOException {
        Control.Reply reply = question.ask(path());
        if (reply.exitCode() == 0) {
            out.println(reply.text().stripTrailing());
        } else {
            err.println("partita: " + reply.text());
        }
        return reply.exitCode();
    }

    private Path path() throws IOException {
        return control != null
                ? Typed.path("--control", control)
                : Control.path((int) Typed.number("--port", port, 1, 65_535));
    }
}
