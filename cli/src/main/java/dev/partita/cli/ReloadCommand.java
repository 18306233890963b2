package dev.partita.cli;

import dev.partita.processes.Control;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `partita reload`: a new generation of a server that runs.
@Command(name = "reload", sortOptions = false, description = """
        Starts a new generation of a server with what its command line and files say now, without losing a request.""", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:done", "1:nobody answers, or it cannot be done", "2:the command line is wrong"})
final class ReloadCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private final ControlOptions control = new ControlOptions();

    ReloadCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        return control.tell(Control.reload(control.path()), out, err);
    }
}
