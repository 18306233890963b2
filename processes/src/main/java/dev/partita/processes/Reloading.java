package dev.partita.processes;

import dev.partita.processes.Message.Answer;
import dev.partita.processes.Message.End;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How one generation follows another: the next one comes up beside the current one, and takes over when all of it serves, or is
/// given up. The supervisor's, under its lock.
final class Reloading {
    private static final System.Logger LOG = System.getLogger("dev.partita");
    /// Generations that drain at a time; the next reload waits for the end of one.
    private static final int OLD_MAX = 2;

    private final Generations generations;
    private final Sockets sockets;
    private final Runnable whenReloaded;
    /// The one under way, and the one that follows it.
    private @Nullable Reload reload;
    private @Nullable Reload waiting;

    /// @param whenReloaded is told when a generation is to end that has no workers
    Reloading(Generations generations, Sockets sockets, Runnable whenReloaded) {
        this.generations = generations;
        this.sockets = sockets;
        this.whenReloaded = whenReloaded;
    }

    /// Asks for a reload. One that is under way already may have read what has changed since; so another one follows, for all
    /// who have asked meanwhile.
    Reload ask() {
        Reload next = waiting != null ? waiting : new Reload();
        waiting = next;
        return next;
    }

    /// Begins what was asked for, and lets a generation take over that serves.
    void progress() {
        if (generations.coming == null && waiting != null && generations.old.size() < OLD_MAX) {
            generations.coming = new Generation(generations.current.number + 1, null);
            reload = waiting;
            waiting = null;
        }
        Generation next = generations.coming;
        if (next != null && next.isServing()) {
            takeOver(next);
        }
    }

    private void takeOver(Generation next) {
        Generation before = generations.current;
        generations.coming = null;
        generations.current = next;
        sockets.keep(Objects.requireNonNull(next.plan));
        generations.old.add(before);
        before.end(End.How.DRAIN);
        if (before.plan == null) {
            whenReloaded.run();
        }
        end(new Answer(0, "generation " + next.number + " serves; generation " + before.number + " drains"));
    }

    /// The first worker of a generation has told what it wants.
    void onPlan(Generation generation, Plan plan) {
        try {
            sockets.open(plan);
            generation.plan(plan);
        } catch (IOException refused) {
            fail(String.valueOf(refused.getMessage()));
        }
    }

    /// A program that answers its own request with an error does not take over from one that did not. Otherwise it serves what it
    /// can: a server whose database is away for a while has to get new workers all the same.
    void onDoubt(Generation generation, WorkerProcess worker, String doubt) {
        generation.doubt = doubt;
        String what = "in a worker (process " + worker.pid() + ") " + doubt;
        if (generation == generations.coming && generations.current.doubt.isEmpty()) {
            fail(what);
        } else {
            LOG.log(System.Logger.Level.WARNING, what);
        }
    }

    /// Gives up the generation that is to take over, if there is one.
    void fail(String why) {
        Generation failed = generations.coming;
        if (failed != null) {
            generations.coming = null;
            generations.old.add(failed);
            failed.ending = true;
            failed.workers.forEach(each -> each.kill("its generation failed"));
            end(new Answer(1, "generation " + failed.number + " did not come up, generation "
                    + generations.current.number + " goes on: " + why));
        }
    }

    /// The server ends: so does what is under way, and what was asked for.
    void stop() {
        fail("the server ends");
        if (waiting != null) {
            reload = waiting;
            waiting = null;
            end(new Answer(1, "the server ends"));
        }
    }

    private void end(Answer outcome) {
        Reload over = reload;
        if (over != null) {
            reload = null;
            over.end(outcome);
        }
    }
}
