package dev.partita.processes;

import dev.partita.processes.Generation.Place;
import dev.partita.server.WorkerEnd;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The generation that serves, the one that is to take over, and those that end. The supervisor's, under its lock.
final class Generations {
    Generation current;
    @Nullable Generation coming;
    final List<Generation> old = new ArrayList<>();
    private final Map<WorkerEnd, Long> replaced = new EnumMap<>(WorkerEnd.class);

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

    /// A place has lost its worker, and is to get another one.
    ///
    /// @param words what there is to say about it
    void vacate(Place place, WorkerEnd why, String words) {
        place.worker = null;
        place.restarts++;
        place.lastEnd = words;
        replaced.merge(why, 1L, Long::sum);
    }

    /// How often a place was vacated for that reason.
    long replaced(WorkerEnd why) {
        return replaced.getOrDefault(why, 0L);
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
