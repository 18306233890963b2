package dev.partita.processes;

import dev.partita.processes.Message.End;
import dev.partita.processes.WorkerProcess.State;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One start of the program: its workers, and the places that they serve at. The supervisor's thread only.
final class Generation {
    /// A worker that has lived so long is no sign that its successor would not.
    static final long SETTLED_NANOS = 1_000_000_000L;
    /// What a worker may take to end beyond its drain.
    static final long END_NANOS = 3_000_000_000L;
    private static final long DELAY_NANOS = 100_000_000L;
    private static final long DELAY_NANOS_MAX = 10_000_000_000L;

    /// Where a worker serves: a place is filled again when its worker is lost.
    static final class Place {
        final int number;
        @Nullable WorkerProcess worker;
        long restarts;
        String lastEnd = "";

        Place(int number) {
            this.number = number;
        }
    }

    final int number;
    /// Null until the first worker has told it.
    @Nullable Plan plan;
    final List<Place> places = new ArrayList<>();
    private int placesAtFirst;
    final List<WorkerProcess> workers = new ArrayList<>();
    /// What was wrong with the answers of one of its workers to itself; empty if nothing was.
    String doubt = "";
    boolean ending;
    /// Its workers get their places.
    boolean begun;
    /// Another one serves until the workers of this one are warm.
    private boolean mayWait;
    private long startNotBefore = System.nanoTime();
    private long delayNanos;
    private boolean retried;

    private Generation(int number, @Nullable Plan plan, boolean mayWait) {
        this.number = number;
        this.mayWait = mayWait;
        if (plan != null) {
            plan(plan, 0);
        }
    }

    /// One before which there was none.
    ///
    /// @param plan null if this process serves itself
    static Generation first(@Nullable Plan plan) {
        return new Generation(1, plan, false);
    }

    /// One that is to take over from another.
    ///
    /// @param plan null if it is not known yet, or this process serves itself
    static Generation next(int number, @Nullable Plan plan) {
        return new Generation(number, plan, true);
    }

    /// @param busy the workers of the generation before that have a connection: its clients may come back all at once
    void plan(Plan plan, int busy) {
        this.plan = plan;
        placesAtFirst = plan.atFirst(busy);
        for (int i = 0; i < placesAtFirst; i++) {
            places.add(new Place(i));
        }
    }

    long count(State state) {
        return workers.stream().filter(worker -> worker.state == state).count();
    }

    /// Whether every place that there was from the beginning is served.
    boolean isServing() {
        return plan != null && places.stream().limit(placesAtFirst).allMatch(
                place -> place.worker != null && place.worker.state == State.SERVING);
    }

    /// Whether its workers are lent what the master accepts.
    boolean isLent() {
        return plan != null && plan.isLent();
    }

    /// Whether one of its workers may still take a connection.
    boolean isAccepting() {
        return workers.stream().anyMatch(worker -> worker.accepting);
    }

    /// Whether its workers may be given their places: at once, or, if it can wait, once there are enough that are warm.
    boolean mayBegin() {
        mayWait &= plan == null || workers.stream().filter(WorkerProcess::isWarm).count() < placesAtFirst;
        return !mayWait;
    }

    @Nullable Place placeOf(WorkerProcess worker) {
        for (Place each : places) {
            if (each.worker == worker) {
                return each;
            }
        }
        return null;
    }

    /// The next worker without a place, a warm one if there is one.
    @Nullable WorkerProcess spare() {
        WorkerProcess spare = null;
        for (WorkerProcess each : workers) {
            if (each.state == State.SPARE && (spare == null || each.isWarm() && !spare.isWarm())) {
                spare = each;
            }
        }
        return spare;
    }

    /// Lets those that serve be lent work, if that is how they get it.
    void join() {
        workers.stream().filter(each -> each.state == State.SERVING).forEach(WorkerProcess::join);
    }

    /// Lets all of its workers end.
    void end(End.How how) {
        ending = true;
        workers.forEach(each -> each.end(how, endBy(how)));
    }

    /// Ends all of its workers before it has taken over. Those that have a place may have work already: they drain.
    void giveUp(String why) {
        ending = true;
        for (WorkerProcess each : workers) {
            if (each.isPlaced()) {
                each.end(End.How.DRAIN, endBy(End.How.DRAIN));
            } else {
                each.kill(why);
            }
        }
    }

    private long endBy(End.How how) {
        long patience = how == End.How.ABORT || plan == null ? 0 : plan.drainMillis() * 1_000_000L;
        return System.nanoTime() + patience + END_NANOS;
    }

    boolean mayStart(long now) {
        return now - startNotBefore >= 0;
    }

    /// When [#mayStart] will be true again, if it is not.
    long startNotBefore() {
        return startNotBefore;
    }

    /// A worker was lost: the next one starts at once, unless workers do not last.
    ///
    /// @param worker null if it could not be started
    void onLost(@Nullable WorkerProcess worker, long now) {
        boolean settled = worker != null && worker.servingSince != 0 && now - worker.servingSince > SETTLED_NANOS;
        delayNanos = settled ? 0 : Math.clamp(2 * delayNanos, DELAY_NANOS, DELAY_NANOS_MAX);
        startNotBefore = now + delayNanos;
    }

    /// Whether a worker that was lost before this generation serves is let pass: one is, unless the program itself gave up before
    /// it had told its plan, as with a mistake in its configuration, which a second start would only repeat.
    boolean forgives(WorkerProcess worker) {
        boolean again = !retried && (plan != null && worker.state != State.STARTING || !worker.endedItself());
        retried |= again;
        return again;
    }

    /// How long the next start waits.
    long delayMillis() {
        return delayNanos / 1_000_000;
    }
}
