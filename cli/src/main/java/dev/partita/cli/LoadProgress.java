package dev.partita.cli;

import dev.partita.load.Progress;
import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// Shows how a load goes: one line that is written over again on a terminal, a line a second otherwise.
final class LoadProgress implements Progress {
    private static final int WIDTH = 24;
    private static final double NANOS_PER_SECOND = 1e9;
    /// Control Sequence Introducer with K: erases to the end of the line (ECMA-48).
    private static final String ERASE = "\u001b[K";

    private final PrintStream err;
    private final boolean terminal;
    private long errors;

    LoadProgress(PrintStream err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /// Since JDK 25 there is no console again where there is no terminal.
    @SuppressWarnings("SystemConsoleNull")
    static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void second(Second second, Histogram latency) {
        errors += second.errors().values().stream().mapToLong(Long::longValue).sum();
        double passed = second.passed().toNanos() / NANOS_PER_SECOND;
        double all = second.all().toNanos() / NANOS_PER_SECOND;
        String line = String.format(Locale.ROOT, "%5.1f / %.1f s  %-8s %8.0f replies/s  %d connections",
                Math.min(passed, all), all, second.isWarmUp() ? "warm-up" : "measured",
                second.replies() / (second.nanos() / NANOS_PER_SECOND), second.connections());
        if (!second.isWarmUp()) {
            line += String.format(Locale.ROOT, "  p50 %s  p99 %s  max %s  errors %d",
                    LoadReport.millis(second.p50Nanos()), LoadReport.millis(second.p99Nanos()),
                    LoadReport.millis(second.maxNanos()), errors);
        }
        if (terminal) {
            int full = (int) Math.min(WIDTH, Math.round(WIDTH * passed / all));
            err.print("\r[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + line.strip() + ERASE);
        } else {
            err.println(line);
        }
        err.flush();
    }

    /// The load is over: what follows begins on a line of its own.
    void end() {
        if (terminal) {
            err.print("\r" + ERASE);
            err.flush();
        }
    }
}
