package dev.partita.processes;

import dev.partita.limits.Counter;
import dev.partita.processes.Generation.Place;
import dev.partita.processes.Message.End;
import dev.partita.processes.WorkerProcess.State;
import dev.partita.server.WorkerEnd;
import org.jspecify.annotations.Nullable;

/// Lets workers end that have served as long, or as much, as they are to: one at a time, and only when the warm one that takes
/// its place serves. The supervisor's thread only.
final class Recycling {
    private final Generations generations;
    /// The one that goes on until its successor serves.
    private @Nullable WorkerProcess outgoing;
    private @Nullable Place place;

    Recycling(Generations generations) {
        this.generations = generations;
    }

    /// Looks whether somebody of the generation that serves is due.
    void progress(long now) {
        Generation generation = generations.current;
        Plan plan = generation.plan;
        if (plan == null || plan.workerRequestsMax() == 0 && plan.workerAgeSecondsMax() == 0) {
            return;
        }
        if (Passing.isAlone(generation)) {
            endIdle(generation, plan, now);
        } else if (outgoing == null) {
            replaceNext(generation, plan, now);
        } else {
            endOutgoing(generation, outgoing, now);
        }
    }

    /// One that has a connection at a time is replaced between two of them, by whoever is idle too.
    private static void endIdle(Generation generation, Plan plan, long now) {
        for (WorkerProcess each : generation.workers) {
            if (each.state == State.SERVING && !each.busy && isDue(each, plan, now)) {
                generation.places.removeIf(place -> place.worker == each);
                each.end(End.How.DRAIN, now + plan.drainMillis() * 1_000_000L + Generation.END_NANOS);
            }
        }
    }

    private void replaceNext(Generation generation, Plan plan, long now) {
        Place due = longestServed(generation, plan, now);
        WorkerProcess worker = due == null ? null : due.worker;
        WorkerProcess next = generation.spare();
        if (due != null && worker != null && next != null && next.isWarm()) {
            outgoing = worker;
            place = due;
            // The next one that is ready gets it, and the same sockets.
            generations.vacate(due, WorkerEnd.RECYCLED,
                    "recycled after " + worker.counts.get(Counter.REQUESTS) + " requests");
        }
    }

    /// Of those that are due, so that each has its turn where all of them always are.
    private static @Nullable Place longestServed(Generation generation, Plan plan, long now) {
        Place longest = null;
        long longestNanos = -1;
        for (Place each : generation.places) {
            WorkerProcess worker = each.worker;
            if (worker != null && worker.state == State.SERVING && isDue(worker, plan, now)
                    && now - worker.servingSince > longestNanos) {
                longest = each;
                longestNanos = now - worker.servingSince;
            }
        }
        return longest;
    }

    private void endOutgoing(Generation generation, WorkerProcess worker, long now) {
        WorkerProcess successor = place == null ? null : place.worker;
        boolean gone = !generation.workers.contains(worker);
        if (gone || successor != null && successor.state == State.SERVING) {
            outgoing = null;
            place = null;
            Plan plan = generation.plan;
            if (!gone && plan != null && worker.state == State.SERVING) {
                worker.end(End.How.DRAIN, now + plan.drainMillis() * 1_000_000L + Generation.END_NANOS);
            }
        }
    }

    private static boolean isDue(WorkerProcess worker, Plan plan, long now) {
        return plan.workerRequestsMax() > 0 && worker.counts.get(Counter.REQUESTS) >= plan.workerRequestsMax()
                || plan.workerAgeSecondsMax() > 0
                        && now - worker.servingSince > plan.workerAgeSecondsMax() * 1_000_000_000L;
    }
}
