package dev.partita.cli;

import dev.partita.processes.Control;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `partita status`: the processes of a server that runs.
@Command(name = "status", sortOptions = false, description = """
        Shows the processes of a server that runs: generation, age, connections, requests, restarts.""", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:done", "1:nobody answers, or it cannot be done", "2:the command line is wrong"})
final class Status implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private final ControlOptions control = new ControlOptions();

    Status(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        return control.tell(Control.status(control.path()), out, err);
    }
}
