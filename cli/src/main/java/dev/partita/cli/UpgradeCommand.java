package dev.partita.cli;

import dev.partita.processes.Control;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `partita upgrade`: a new process in the place of a server that runs.
@Command(name = "upgrade", sortOptions = false, description = """
        Starts a server's command line again, with the jars and the JDK that are in its place now, and lets the new process \
        take over without losing a request. The old one drains and ends, so the process has another id then.""", exitCodeListHeading = "%nExit codes:%n", exitCodeList = {
    "0:done", "1:nobody answers, or it cannot be done", "2:the command line is wrong"})
final class UpgradeCommand implements Callable<Integer> {
    private final PrintStream out;
    private final PrintStream err;

    @Mixin
    private final ControlOptions control = new ControlOptions();

    UpgradeCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        return control.tell(Control.upgrade(control.path()), out, err);
    }
}
