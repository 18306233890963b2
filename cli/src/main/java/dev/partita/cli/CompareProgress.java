package dev.partita.cli;

import java.io.PrintStream;
import java.util.Locale;

/// Shows how a comparison goes: one line that is written over again on a terminal, a line every ten seconds otherwise.
final class CompareProgress {
    private static final long QUIET_NANOS = 10_000_000_000L;
    private static final double NANOS_PER_SECOND = 1e9;
    /// Erases to the end of the line (ECMA-48).
    private static final String ERASE = "\u001b[K";

    private final PrintStream err;
    private final boolean terminal;
    private final long begun = System.nanoTime();
    private final double most;
    private double expected;
    private long said;
    private boolean announced;

    /// @param most seconds that it may take
    CompareProgress(PrintStream err, double most) {
        this.err = err;
        this.most = most;
        terminal = LoadProgress.isTerminal();
    }

    /// How long it is going to take. Said with the first that is done: a run that goes on with another one may have nothing to do.
    void begins(double seconds) {
        expected = seconds;
    }

    private void announce() {
        announced = true;
        String about = expected < most ? "about " + time(expected) + ", and " : "";
        err.println("This will take " + about + time(most)
                + " at most. Leave the machine alone meanwhile; Ctrl-C ends it with"
                + " what was measured.");
        err.flush();
    }

    void now(String what) {
        if (!announced) {
            announce();
        }
        long now = System.nanoTime();
        double passed = (now - begun) / NANOS_PER_SECOND;
        double left = expected > passed ? expected - passed : Math.max(0, most - passed);
        String line = String.format(Locale.ROOT, "%s passed, %s %s left: %s", time(passed),
                expected > passed ? "about" : "at most", time(left), what);
        if (terminal) {
            err.print("\r" + line + ERASE);
            err.flush();
        } else if (now - said > QUIET_NANOS || said == 0) {
            said = now;
            err.println(line);
            err.flush();
        }
    }

    /// A line of its own.
    void say(String line) {
        end();
        err.println(line);
        err.flush();
    }

    /// It is over: what follows begins on a line of its own.
    void end() {
        if (terminal) {
            err.print("\r" + ERASE);
            err.flush();
        }
    }

    private static String time(double seconds) {
        return seconds < 100
                ? String.format(Locale.ROOT, "%.0f s", seconds)
                : String.format(Locale.ROOT, "%d min %02d s", (int) seconds / 60, (int) seconds % 60);
    }
}
