package dev.partita.processes;

import dev.partita.linux.socket.ListeningSocket;
import dev.partita.processes.Message.Answer;
import dev.partita.processes.Message.End;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// How one generation follows another: the next one comes up beside the current one, and takes over when all of it serves, or is
/// given up. The supervisor's, under its lock.
final class Reloading {
    /// Generations that drain at a time; the next reload waits for the end of one.
    private static final int OLD_MAX = 2;
    /// How long who has asked waits for the old generation to stop accepting: a loop in a long request's work is late.
    private static final long STOP_NANOS = 2_000_000_000L;

    private final Generations generations;
    private final Sockets sockets;
    private final Passing passing;
    private final Supervisor.Own own;
    private final ServiceManager manager;
    private final Overlap overlap;
    /// The one under way, and the one that follows it.
    private @Nullable Reload reload;
    private @Nullable Reload waiting;

    /// The generation that was replaced, until it has stopped accepting, or has had the time for it.
    private @Nullable Generation stopping;
    private long stopBy;

    /// @param requests how many the server has served
    /// @param own what a generation without workers is
    Reloading(Generations generations, Sockets sockets, Passing passing, Supervisor.Own own, ServiceManager manager,
            LongSupplier requests) {
        this.generations = generations;
        this.sockets = sockets;
        this.passing = passing;
        this.own = own;
        this.manager = manager;
        overlap = new Overlap(requests);
    }

    /// Whether a new generation comes up, or has just taken over.
    boolean isUnderWay() {
        return generations.coming != null || stopping != null;
    }

    /// Whether the next thing that happens is that an old generation stops accepting: within milliseconds.
    boolean isStopping() {
        return stopping != null;
    }

    /// Asks for a reload. One that is under way already may have read what has changed since; so another one follows, for all
    /// who have asked meanwhile.
    Reload ask() {
        Reload next = waiting != null ? waiting : new Reload();
        waiting = next;
        return next;
    }

    /// Begins what was asked for, and lets a generation take over that serves.
    ///
    /// @param mayBegin false while another process is about to take over
    void progress(boolean mayBegin, long now) {
        Generation before = stopping;
        if (before != null && (!isAccepting(before) || now >= stopBy)) {
            stopping = null;
            end(new Answer(0,
                    "generation " + generations.current.number + " serves; generation " + before.number + " drains"));
        }
        if (mayBegin && !isUnderWay() && waiting != null && generations.old.size() < OLD_MAX) {
            manager.reloading();
            generations.coming = Generation.next(generations.current.number + 1, null);
            reload = waiting;
            waiting = null;
        }
        Generation next = generations.coming;
        if (next != null && next.isServing() && hasServedBeside(next, now)) {
            takeOver(next, now);
        }
    }

    private boolean isAccepting(Generation generation) {
        return generation.isAccepting() || generation.plan == null && own.isAccepting();
    }

    /// Who is passed connections, instead of accepting or being lent work, gets none before it takes over.
    private boolean hasServedBeside(Generation next, long now) {
        if (Objects.requireNonNull(next.plan).isPassed()) {
            return true;
        }
        next.join();
        return overlap.isOver(now);
    }

    private void takeOver(Generation next, long now) {
        overlap.reset();
        Generation before = generations.current;
        generations.coming = null;
        generations.current = next;
        Plan plan = Objects.requireNonNull(next.plan);
        if (before.plan != null && before.plan.isPassed()) {
            List<ListeningSocket> closed = sockets.without(plan);
            passing.empty(before, closed, before.plan.backlog());
            if (plan.isPassed()) {
                passing.keep(closed, before.plan.backlog());
            }
        }
        sockets.keep(plan.addresses());
        generations.old.add(before);
        next.join(); // before the others go: there is always somebody to lend to
        before.end(End.How.DRAIN);
        if (before.plan == null) {
            own.retire();
        }
        stopping = before;
        stopBy = now + STOP_NANOS;
    }

    /// The first worker of a generation has told what it wants.
    void onPlan(Generation generation, Plan plan) {
        Plan before = generations.current.plan;
        boolean lent = before != null && before.isLent();
        if (lent != plan.isLent() || before != null && lent && !before.addresses().equals(plan.addresses())) {
            fail("amped in processes keeps its connections over a reload, which so can neither begin nor end it, nor"
                    + " change its addresses: end this server and start the other one");
            return;
        }
        try {
            sockets.open(plan);
            generation.plan(plan, (int) generations.current.workers.stream().filter(each -> each.busy).count());
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
            Journal.log(Level.WARNING, what);
        }
    }

    /// Gives up the generation that is to take over, if there is one.
    void fail(String why) {
        Generation failed = generations.coming;
        overlap.reset();
        if (failed != null) {
            generations.coming = null;
            generations.old.add(failed);
            failed.giveUp("its generation failed");
            if (failed.plan != null) {
                sockets.giveUp();
            }
            end(new Answer(1, "generation " + failed.number + " did not come up, generation "
                    + generations.current.number + " goes on: " + why));
        }
    }

    /// The server ends: so does what is under way, and what was asked for.
    ///
    /// @param why for those who have asked
    void stop(String why) {
        fail(why);
        stopping = null;
        for (Reload each : new Reload[]{reload, waiting}) {
            if (each != null) {
                each.end(new Answer(1, why));
            }
        }
        reload = null;
        waiting = null;
    }

    private void end(Answer outcome) {
        Reload over = reload;
        if (over != null) {
            reload = null;
            manager.ready(outcome.text());
            over.end(outcome);
        }
    }
}
