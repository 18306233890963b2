package dev.partita.processes;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.linux.socket.MessageListener;
import dev.partita.linux.socket.Readiness;
import dev.partita.processes.Generation.Place;
import dev.partita.processes.Message.Answer;
import dev.partita.processes.Message.Ask;
import dev.partita.processes.Message.Beat;
import dev.partita.processes.Message.Bye;
import dev.partita.processes.Message.End;
import dev.partita.processes.Message.Hello;
import dev.partita.processes.WorkerProcess.State;
import dev.partita.server.WorkerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// The master's thread. It waits until one of its workers, or somebody at the control socket, has something to say, or it is
/// time to look; then it hears everybody, notices who is lost or stuck, starts whom it lacks, and passes connections on.
///
/// Everything here is done under its lock, and only by that thread, but for the few methods that others call.
final class Supervisor implements Runnable {
    static final String STATUS = "status";
    static final String RELOAD = "reload";

    private static final System.Logger LOG = System.getLogger("dev.partita");
    private static final long LOOK_NANOS = 200_000_000L;
    /// Between two looks at what workers write, while they do: a pipe has room for 64 KiB (`pipe(7)`), and nobody tells.
    private static final long OUTPUT_NANOS = 5_000_000L;
    /// A process that has not beaten for so long, eight beats, is stuck: its JVM is stopped, not just busy.
    private static final long STUCK_NANOS = 2_000_000_000L;
    /// What a start may take until the program has reached `run`.
    private static final long START_NANOS = 10_000_000_000L;
    /// How long a worker for one connection waits for the next one, unless it is among the few that always do.
    private static final long IDLE_NANOS = 30_000_000_000L;
    private static final int CLIENTS_MAX = 32;
    /// As many workers as an answer has room for.
    private static final int ROWS_MAX = 256;

    private final Sockets sockets;
    private final MessageListener control;
    private final Staffing staffing;
    private final Readiness readiness = new Readiness();
    private final Passing passing = new Passing();
    private final List<MessageChannel> clients = new ArrayList<>();
    private final CountDownLatch settled = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    // Guarded by this.
    private final Generations generations;
    private final Reloading reloading;
    private Counts retired = new Counts();
    private @Nullable String failure;
    private End.@Nullable How ending;
    private long lookedAt = System.nanoTime();
    private long heardOutputAt = lookedAt;

    /// @param first the generation to begin with: one without workers if this process serves itself
    /// @param whenReloaded is told when the first generation is to end, which is not ours
    Supervisor(Sockets sockets, MessageListener control, Path controlPath, Generation first, Runnable whenReloaded)
            throws IOException {
        this.sockets = sockets;
        this.control = control;
        staffing = new Staffing(SameProgram.read(), controlPath, sockets, readiness::wakeup);
        generations = new Generations(first);
        reloading = new Reloading(generations, sockets, whenReloaded);
    }

    // For other threads.

    /// Waits until every worker serves.
    ///
    /// @throws IOException if they do not come up; the message has the last words of one
    void awaitStart() throws IOException {
        try {
            settled.await();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the workers start", impatient);
        }
        synchronized (this) {
            if (failure != null) {
                throw new IOException(failure);
            }
        }
    }

    /// Starts a new generation and waits for the outcome.
    void reload() throws IOException {
        Reload begun;
        synchronized (this) {
            begun = askForReload();
        }
        readiness.wakeup();
        begun.await();
    }

    /// Ends all workers.
    void end(End.How how) {
        synchronized (this) {
            if (ending == null || how == End.How.ABORT) {
                ending = how;
                stopAll(how);
            }
        }
        readiness.wakeup();
    }

    /// Open once the last worker is gone.
    CountDownLatch ended() {
        return ended;
    }

    synchronized Counts counts() {
        Counts sum = retired;
        for (WorkerProcess each : generations.everybody()) {
            sum = sum.plus(each.counts);
        }
        return sum;
    }

    synchronized List<WorkerStatus> workers() {
        List<WorkerStatus> all = new ArrayList<>();
        for (Generation generation : generations.all()) {
            for (WorkerProcess each : generation.workers) {
                Place place = generation.placeOf(each);
                all.add(new WorkerStatus(
                        generation.number,
                        place == null ? -1 : place.number,
                        each.pid(),
                        each.state.name().toLowerCase(Locale.ROOT),
                        Duration.ofNanos(System.nanoTime() - each.startedAt),
                        each.counts.connections(),
                        each.counts.get(Counter.REQUESTS),
                        place == null ? 0 : place.restarts,
                        place == null ? "" : place.lastEnd));
            }
        }
        return all;
    }

    // The thread.

    @Override
    public void run() {
        try {
            boolean more = false;
            while (!isOver()) {
                readiness.await(more ? 0 : untilNextLook(), descriptors());
                synchronized (this) {
                    more = carefulTurn();
                }
            }
        } finally {
            synchronized (this) {
                generations.everybody().forEach(worker -> worker.kill("the master ends"));
                generations.everybody().forEach(WorkerProcess::close);
                clients.forEach(MessageChannel::close);
                passing.close();
                sockets.close();
                control.close();
                readiness.close();
            }
            settled.countDown();
            ended.countDown();
        }
    }

    private synchronized boolean isOver() {
        return ending != null && generations.everybody().isEmpty() || failure != null;
    }

    /// A mistake of ours must not end the thread, and every worker with it.
    private boolean carefulTurn() {
        try {
            return turn();
        } catch (RuntimeException bug) {
            LOG.log(System.Logger.Level.ERROR, "looking after the workers failed", bug);
            return false;
        }
    }

    /// @return whether there is more to do at once
    private boolean turn() {
        greet();
        boolean more = false;
        for (WorkerProcess each : generations.everybody()) {
            if (each.pump()) {
                more = true;
                heardOutputAt = System.nanoTime();
            }
            hear(each);
        }
        for (MessageChannel each : List.copyOf(clients)) {
            hear(each);
        }
        long now = System.nanoTime();
        for (Generation each : generations.all()) {
            lookAfter(each, now);
        }
        lookedAt = now;
        if (ending == null && failure == null) {
            reloading.progress();
            if (settled.getCount() > 0 && generations.current.isServing()) {
                settled.countDown();
            }
            Generation coming = generations.coming;
            if (coming != null) {
                fill(coming, now);
            }
            Generation current = generations.current;
            fill(current, now);
            if (current.plan != null && current.plan.isPassed()) {
                more |= passing.run(current, sockets.all());
            } else {
                passing.close(); // of an old generation, whose workers were passed theirs
            }
        }
        generations.old.removeIf(each -> each.workers.isEmpty());
        return more;
    }

    private synchronized int[] descriptors() {
        List<Integer> all = new ArrayList<>();
        all.add(control.fd());
        clients.forEach(each -> all.add(each.fd()));
        for (WorkerProcess each : generations.everybody()) {
            MessageChannel channel = each.channel;
            if (channel != null) {
                all.add(channel.fd());
            }
            MessageChannel bell = each.passing;
            if (bell != null && each.busy) {
                all.add(bell.fd());
            }
        }
        Generation current = generations.current;
        if (ending == null && current.plan != null && current.plan.isPassed() && passing.accepts(current)) {
            sockets.all().forEach(each -> all.add(each.fd()));
        }
        return all.stream().mapToInt(Integer::intValue).toArray();
    }

    private synchronized long untilNextLook() {
        long now = System.nanoTime();
        boolean loud = now - heardOutputAt < LOOK_NANOS
                || generations.everybody().stream().anyMatch(each -> each.state == State.STARTING);
        long next = loud ? OUTPUT_NANOS : LOOK_NANOS;
        long start = generations.current.startNotBefore() - now;
        return start > 0 ? Math.min(next, start) : next;
    }

    // Hearing.

    private void greet() {
        for (MessageChannel each = control.accept(); each != null; each = control.accept()) {
            try {
                MessageChannel.Peer peer = each.peer();
                int us = Descriptors.user();
                WorkerProcess own = generations.worker(peer.pid());
                if (own != null && own.channel == null) {
                    own.channel = each;
                } else if ((peer.uid() == us || peer.uid() == 0) && clients.size() < CLIENTS_MAX) {
                    clients.add(each);
                } else {
                    each.close();
                }
            } catch (IOException gone) {
                each.close();
            }
        }
    }

    private void hear(WorkerProcess worker) {
        Passing.hear(worker);
        MessageChannel channel = worker.channel;
        while (channel != null) {
            Received received = channel.receive();
            if (received == null) {
                return;
            }
            Descriptors.close(received.descriptors());
            worker.heardAt = System.nanoTime();
            if (received.isEnd()) {
                channel.close();
                worker.channel = null;
                worker.endBy = Math.min(worker.endBy, worker.heardAt + STUCK_NANOS);
                return;
            }
            try {
                understand(worker, Message.of(received.bytes()));
            } catch (IOException other) {
                worker.kill(String.valueOf(other.getMessage()));
                return;
            }
        }
    }

    private void understand(WorkerProcess worker, Message message) {
        switch (message) {
            case Hello(Plan plan, String doubt) when worker.state == State.STARTING -> {
                worker.state = State.SPARE;
                Generation generation = generations.of(worker);
                if (!doubt.isEmpty()) {
                    reloading.onDoubt(generation, worker, doubt);
                }
                if (generation.plan == null && !generation.ending) {
                    reloading.onPlan(generation, plan);
                }
            }
            case Beat(boolean serving, Counts counts) -> {
                worker.counts = counts;
                worker.busy &= Passing.isAlone(generations.of(worker)); // the others are asked again when they are heard of
                if (serving && worker.state == State.PLACED) {
                    worker.state = State.SERVING;
                    worker.servingSince = System.nanoTime();
                }
            }
            case Bye(Counts counts) -> worker.counts = counts;
            default -> worker.kill("it said what no worker says");
        }
    }

    private void hear(MessageChannel client) {
        for (Received received = client.receive(); received != null; received = client.receive()) {
            Descriptors.close(received.descriptors());
            if (received.isEnd()) {
                clients.remove(client);
                client.close();
                return;
            }
            Answer answer;
            try {
                answer = Message.of(received.bytes()) instanceof Ask(String what) ? answer(what, client) : null;
            } catch (IOException other) {
                answer = new Answer(1, String.valueOf(other.getMessage()));
            }
            if (answer != null) {
                client.send(answer.bytes());
            }
        }
    }

    private @Nullable Answer answer(String what, MessageChannel client) {
        return switch (what) {
            case STATUS -> new Answer(0, status());
            case RELOAD -> {
                try {
                    askForReload().answerTo(client);
                    yield null;
                } catch (IOException refused) {
                    yield new Answer(1, String.valueOf(refused.getMessage()));
                }
            }
            default -> new Answer(1, "this master does not know '" + what + "'");
        };
    }

    private Reload askForReload() throws IOException {
        if (ending != null) {
            throw new IOException("the server is ending");
        }
        return reloading.ask();
    }

    private String status() {
        List<WorkerStatus> all = workers();
        String text = WorkerStatus.table(all.subList(0, Math.min(ROWS_MAX, all.size())));
        long before = retired.get(Counter.REQUESTS);
        return text + (all.size() > ROWS_MAX ? "and " + (all.size() - ROWS_MAX) + " more\n" : "")
                + (before > 0 ? before + " requests by workers that have ended\n" : "");
    }

    // Workers.

    private void fill(Generation generation, long now) {
        try {
            staffing.fill(generation, generation == generations.current, now);
        } catch (IOException refused) {
            onLost(generation, null, "could not be started: " + refused.getMessage(), now);
        }
    }

    private void lookAfter(Generation generation, long now) {
        // Who was late to look himself has to hear first what the others have said meanwhile.
        boolean fair = now - lookedAt < STUCK_NANOS / 2;
        for (WorkerProcess each : List.copyOf(generation.workers)) {
            if (!each.process.isAlive()) {
                hear(each);
                generation.workers.remove(each);
                onEnd(generation, each, now);
            } else if (now >= each.endBy) {
                each.kill("it did not end in time");
            } else
                if (generation == generations.current && Passing.isAlone(generation)
                        && isSuperfluous(generation, each, now)) {
                            generation.places.removeIf(place -> place.worker == each);
                            each.end(End.How.DRAIN, now + Generation.END_NANOS);
                        } else
                    if (each.state == State.STARTING && now - each.startedAt > START_NANOS) {
                        each.kill("it has not reached run within " + START_NANOS / 1_000_000_000L + " s");
                    } else if (each.state != State.STARTING && fair && now - each.heardAt > STUCK_NANOS) {
                        each.kill("stuck: no heartbeat for " + STUCK_NANOS / 1_000_000_000L + " s");
                    }
        }
    }

    /// Whether a worker for one connection at a time has had none for long, and there are enough others.
    private static boolean isSuperfluous(Generation generation, WorkerProcess worker, long now) {
        Plan plan = generation.plan;
        long idle = generation.workers.stream().filter(each -> each.state == State.SERVING && !each.busy).count();
        return plan != null && idle > plan.atFirst() && worker.state == State.SERVING && !worker.busy
                && now - worker.idleSince > IDLE_NANOS;
    }

    private void onEnd(Generation generation, WorkerProcess worker, long now) {
        Place place = generation.placeOf(worker);
        retired = retired.plus(worker.counts.ended());
        passing.takeBack(worker);
        boolean expected = generation.ending || ending != null || worker.state == State.DRAINING;
        String tail = worker.tail();
        worker.close();
        if (place != null) {
            place.worker = null;
        }
        if (expected) {
            return;
        }
        String end = worker.end();
        if (place != null) {
            place.restarts++;
            place.lastEnd = end;
        }
        boolean late = worker.state == State.STARTING;
        onLost(generation, worker, (late ? "did not reach run: " : "is lost: ") + end + (late ? tail : ""), now);
    }

    private void onLost(Generation generation, @Nullable WorkerProcess worker, String why, long now) {
        String who = "a worker" + (worker == null ? "" : " (process " + worker.pid() + ")") + " " + why;
        boolean begins = generation == generations.coming || settled.getCount() > 0;
        if (begins && (worker == null || !generation.forgives(worker))) {
            if (generation == generations.coming) {
                reloading.fail(who);
            } else {
                failure = who;
            }
        } else {
            if (worker != null) {
                generation.onLost(worker, now);
            }
            String delay = generation.delayMillis() == 0
                    ? ""
                    : "; the next one starts in " + generation.delayMillis()
                            + " ms";
            LOG.log(System.Logger.Level.WARNING, who + delay);
        }
    }

    private void stopAll(End.How how) {
        reloading.stop();
        Generation current = generations.current;
        if (current.plan != null && current.plan.isPassed() && how != End.How.ABORT) {
            // What waits in the backlog is accepted first; no more than it can hold, for more may come all the time.
            for (int left = current.plan.backlog(); left > 0 && passing.run(current, sockets.all()); left--) {
                // a batch
            }
        }
        for (Generation each : generations.all()) {
            each.end(how);
        }
        sockets.close(); // the workers have theirs, and end them when the backlog is empty
    }
}
