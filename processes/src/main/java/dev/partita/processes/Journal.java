package dev.partita.processes;

import java.lang.System.Logger.Level;

/// What a master says in the log. Nobody who looks after workers waits for whoever reads that; what finds no room meanwhile is counted,
/// and the count said as soon as something is read again. For any thread.
final class Journal {
    private static final System.Logger LOG = System.getLogger("dev.partita");
    private static final int ENTRIES_MAX = 256;
    private static final Errands ENTRIES = Errands.begin("journal", ENTRIES_MAX, lost -> LOG.log(Level.WARNING,
            lost + " messages about workers are missing here: nobody read this log"));

    private Journal() {}

    /// Says it later.
    static void log(Level level, String text) {
        ENTRIES.add(() -> LOG.log(level, text));
    }

    /// The same of a mistake of ours.
    static void log(Level level, String text, Throwable cause) {
        ENTRIES.add(() -> LOG.log(level, text, cause));
    }

    /// Waits until all is said, or the time is over.
    static void await(long timeoutNanos) {
        ENTRIES.await(timeoutNanos);
    }
}
