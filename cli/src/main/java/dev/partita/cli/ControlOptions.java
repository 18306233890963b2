package dev.partita.cli;

import dev.partita.processes.Control;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which server is meant.
final class ControlOptions {
    @Option(names = "--port", paramLabel = "PORT", description = """
            The port of the server. Default: ${DEFAULT-VALUE}.""")
    private String port = "8080";

    @Option(names = "--control", paramLabel = "PATH", description = """
            Its control socket, where it was started with one. Default: the one that goes by the port.""")
    private @Nullable String control;

    Path path() throws IOException {
        return control != null ? Path.of(control) : Control.path((int) Numbers.parse("--port", port, 1, 65_535));
    }

    /// Shows what the server has answered.
    ///
    /// @return the exit code
    int tell(Control.Reply reply, PrintStream out, PrintStream err) {
        if (reply.exitCode() == 0) {
            out.println(reply.text().stripTrailing());
        } else {
            err.println("partita: " + reply.text());
        }
        return reply.exitCode();
    }
}
