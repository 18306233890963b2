package dev.partita.processes;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The generation that serves, the one that is to take over, and those that end. The supervisor's, under its lock.
final class Generations {
    Generation current;
    @Nullable Generation coming;
    final List<Generation> old = new ArrayList<>();

    Generations(Generation first) {
        current = first;
    }

    List<Generation> all() {
        List<Generation> all = new ArrayList<>(old);
        all.add(current);
        if (coming != null) {
            all.add(coming);
        }
        return all;
    }

    List<WorkerProcess> everybody() {
        List<WorkerProcess> all = new ArrayList<>();
        all().forEach(each -> all.addAll(each.workers));
        return all;
    }

    Generation of(WorkerProcess worker) {
        for (Generation each : all()) {
            if (each.workers.contains(worker)) {
                return each;
            }
        }
        throw new IllegalStateException("a worker without a generation");
    }

    /// The worker that is the process of that number, if any is.
    @Nullable WorkerProcess worker(int pid) {
        for (WorkerProcess each : everybody()) {
            if (each.pid() == pid) {
                return each;
            }
        }
        return null;
    }
}
