package dev.partita.processes;

import dev.partita.limits.Counts;
import dev.partita.processes.Generation.Place;
import dev.partita.processes.Message.End;
import dev.partita.processes.WorkerProcess.State;
import dev.partita.server.WorkerEnd;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Who of the workers lives: notices those that have ended, are stuck, come up too slowly or are too many, and what follows from
/// that. The supervisor's, under its lock.
final class Liveness {
    /// A process that has not beaten for so long, eight beats, is stuck: its JVM is stopped, not just busy.
    static final long STUCK_NANOS = 2_000_000_000L;
    /// What a start may take until the program has reached `run`.
    private static final long START_NANOS = 10_000_000_000L;
    /// What it may take from its place until it serves, with what the program does there (`Server.whenServing`).
    private static final long SERVE_NANOS = 30_000_000_000L;
    /// How long a worker for one connection waits for the next one, unless it is among the few that always do.
    private static final long IDLE_NANOS = 30_000_000_000L;

    private final Generations generations;
    private final Reloading reloading;
    private final Passing passing;
    private final Consumer<WorkerProcess> hearing;
    private Counts retired = new Counts();
    private long lookedAt = System.nanoTime();
    private boolean begun;
    private @Nullable String failure;

    /// @param hearing takes what a worker has said
    Liveness(Generations generations, Reloading reloading, Passing passing, Consumer<WorkerProcess> hearing) {
        this.generations = generations;
        this.reloading = reloading;
        this.passing = passing;
        this.hearing = hearing;
    }

    /// What those have counted that have ended.
    Counts retired() {
        return retired;
    }

    /// The first generation serves: from now on a worker that is lost is replaced, and the server never fails.
    void begin() {
        begun = true;
    }

    /// Whether it does.
    boolean hasBegun() {
        return begun;
    }

    /// Why the first generation does not come up; null if it does.
    @Nullable String failure() {
        return failure;
    }

    /// Gives the first generation up.
    void fail(String why) {
        failure = why;
    }

    /// Looks at every worker.
    ///
    /// @param serverEnds whether none of them is to be replaced
    void look(long now, boolean serverEnds) {
        // Who was late to look himself has to hear first what the others have said meanwhile.
        boolean fair = now - lookedAt < STUCK_NANOS / 2;
        for (Generation each : generations.all()) {
            look(each, now, fair, serverEnds);
        }
        lookedAt = now;
    }

    private void look(Generation generation, long now, boolean fair, boolean serverEnds) {
        for (WorkerProcess each : List.copyOf(generation.workers)) {
            if (!each.process.isAlive()) {
                hearing.accept(each);
                generation.workers.remove(each);
                onEnd(generation, each, now, serverEnds);
            } else
                if (generation == generations.current && Passing.isAlone(generation)
                        && isSuperfluous(generation, each, now)) {
                            generation.places.removeIf(place -> place.worker == each);
                            each.end(End.How.DRAIN, now + Generation.END_NANOS);
                        } else {
                            killIfUnfit(each, now, fair);
                        }
        }
    }

    private static void killIfUnfit(WorkerProcess worker, long now, boolean fair) {
        boolean starts = worker.state == State.STARTING;
        if (!worker.lie().isEmpty()) {
            worker.kill(worker.lie());
        } else if (now >= worker.endBy) {
            worker.kill("it did not end in time");
        } else if (starts && now - worker.startedAt > START_NANOS) {
            worker.kill("it has not reached run within " + START_NANOS / 1_000_000_000L + " s");
        } else if (worker.state == State.PLACED && now - worker.placedAt > SERVE_NANOS) {
            worker.kill("it has its sockets and does not serve after " + SERVE_NANOS / 1_000_000_000L + " s");
        } else if (!starts && fair && now - worker.heardAt > STUCK_NANOS) {
            worker.kill(WorkerEnd.STUCK, "stuck: no heartbeat for " + STUCK_NANOS / 1_000_000_000L + " s");
        }
    }

    /// Whether a worker for one connection at a time has had none for long, and there are enough others.
    private static boolean isSuperfluous(Generation generation, WorkerProcess worker, long now) {
        Plan plan = generation.plan;
        long idle = generation.workers.stream().filter(each -> each.state == State.SERVING && !each.busy).count();
        return plan != null && idle > plan.atFirst() && worker.state == State.SERVING && !worker.busy
                && now - worker.idleSince > IDLE_NANOS && now - worker.servingSince > IDLE_NANOS;
    }

    private void onEnd(Generation generation, WorkerProcess worker, long now, boolean serverEnds) {
        Place place = generation.placeOf(worker);
        retired = retired.plus(worker.counts.ended());
        passing.takeBack(worker);
        boolean expected = generation.ending || serverEnds || worker.state == State.DRAINING;
        String tail = worker.tail();
        worker.close();
        String end = worker.end();
        if (expected) {
            if (place != null) {
                place.worker = null;
            }
            if (worker.state == State.DRAINING && !worker.endedWell()) {
                Journal.log(Level.WARNING, "a worker (process " + worker.pid() + ") that drained: " + end);
            }
            return;
        }
        if (place != null) {
            generations.vacate(place, worker.why(), end);
        }
        boolean late = worker.state == State.STARTING;
        onLost(generation, worker, (late ? "did not reach run: " : "is lost: ") + end
                + (worker.servingSince == 0 ? tail : ""), now);
    }

    /// One was lost, or could not be started.
    ///
    /// @param worker null if there is no process
    void onLost(Generation generation, @Nullable WorkerProcess worker, String why, long now) {
        String who = "a worker" + (worker == null ? "" : " (process " + worker.pid() + ")") + " " + why;
        boolean begins = generation == generations.coming || !begun;
        if (begins && (worker == null || !generation.forgives(worker))) {
            if (generation == generations.coming) {
                reloading.fail(who);
            } else {
                failure = who;
            }
        } else {
            generation.onLost(worker, now);
            String delay = generation.delayMillis() == 0
                    ? ""
                    : "; the next one starts in " + generation.delayMillis()
                            + " ms";
            Journal.log(Level.WARNING, who + delay);
        }
    }
}
