package dev.partita.lab.compare;

import dev.partita.lab.results.Trial.Protocol;
import dev.partita.lab.trial.Pins;
import dev.partita.lab.workload.Workload;
import org.jspecify.annotations.Nullable;

/// What this machine allows of a workload: processors to tie programs to, and open files.
final class Adaptation {
    private static final int IDLE_MIN = 1_000;
    /// For all that is no connection, and for the active ones.
    private static final int OTHER_FILES = 1_000;

    private Adaptation() {}

    /// The workload as it can be run here; null if it cannot.
    ///
    /// @param leftOut is told what cannot be done, and why
    static @Nullable Workload of(Workload workload, Settings settings, long openFilesMax, LeftOut leftOut) {
        Workload here = workload;
        if (workload.protocol() == Protocol.P1) {
            String why = Pins.unavailable();
            if (!why.isEmpty()) {
                leftOut.add(workload, why + ".");
                return null;
            }
        }
        if (workload.idle() > 0) {
            int idle = (int) Math.min(workload.idle(), openFilesMax - OTHER_FILES);
            if (idle < IDLE_MIN) {
                leftOut.add(workload, "a process may open " + openFilesMax
                        + " files only; raise that with ulimit -n 20000.");
                return null;
            }
            if (idle < workload.idle()) {
                leftOut.add(workload, idle + " connections instead of " + workload.idle()
                        + ", since a process may open " + openFilesMax + " files (ulimit -n).");
            }
            if (settings.models().stream().anyMatch(each -> each.name().equals("mp"))) {
                leftOut.add(workload, "MP had " + Chosen.MP_IDLE
                        + " idle connections, since its threads are bounded (--workers 2048).");
            }
            here = workload.idle(idle);
        }
        return here;
    }
}
