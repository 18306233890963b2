package dev.partita.loop;

import java.util.List;

/// Several workers, each with a queue of its own.
public final class Workers implements Crew {
    private final Worker[] workers;

    /// @param workers at least one
    public Workers(List<Worker> workers) {
        this.workers = workers.toArray(Worker[]::new);
        if (this.workers.length == 0) {
            throw new IllegalArgumentException("there has to be at least one worker");
        }
    }

    /// An idle worker, or the one with the least to do. What is with a worker stays there: no other takes it over.
    @Override
    public Worker leastLoaded() {
        Worker least = workers[0];
        int load = least.load();
        for (int i = 1; i < workers.length && load != 0; i++) {
            int other = workers[i].load();
            if (other < load) {
                least = workers[i];
                load = other;
            }
        }
        return least;
    }
}
