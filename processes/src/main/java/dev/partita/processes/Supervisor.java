package dev.partita.processes;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageListener;
import dev.partita.linux.socket.Readiness;
import dev.partita.processes.Message.Answer;
import dev.partita.processes.Message.End;
import dev.partita.processes.WorkerProcess.State;
import dev.partita.processes.lending.ProcessCrew;
import dev.partita.server.WorkerEnd;
import dev.partita.server.WorkerStatus;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The master's thread. It waits until one of its workers, or somebody at the control socket, has something to say, or it is
/// time to look; then it hears everybody, notices who is lost or stuck, starts whom it lacks, and passes connections on.
///
/// Everything here is done under its lock, and only by that thread, but for the few methods that others call.
final class Supervisor implements Runnable, Clients.Desk, Hearing.News {
    private static final long LOOK_NANOS = 200_000_000L;
    /// Between two looks at what workers write, while they do: a pipe has room for 64 KiB (`pipe(7)`), and nobody tells.
    private static final long OUTPUT_NANOS = 5_000_000L;
    /// What a program that takes over may take to open what it runs beside its server: what is left then is closed.
    private static final long ASIDE_NANOS = 10_000_000_000L;

    /// What the last that workers have written, and that is said of them, may take to be read.
    private static final long LAST_WORDS_NANOS = 500_000_000L;

    private final Sockets sockets;
    private final MessageListener control;
    private final Staffing staffing;
    private final Readiness readiness = new Readiness();
    private final Passing passing = new Passing();
    private final Own own;
    private final ServiceManager manager;
    private final Clients clients = new Clients(this);
    private final CountDownLatch settled = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    // Guarded by this.
    private final Generations generations;
    private final Reloading reloading;
    private final Recycling recycling;
    private final Upgrading upgrading;
    /// Whether a worker that doubts its own answers ends the start: there is a master that goes on.
    private final boolean doubtful;
    private final Hearing hearing;
    private final Liveness liveness;
    private final Overview overview;
    private End.@Nullable How ending;
    /// The server ends, but its workers are still needed.
    private boolean endsSoon;
    private long leaveBy;
    /// When what was handed over beside the server's own sockets and is not used is closed; 0: nothing was.
    private long closeRestAt;
    private long heardOutputAt = System.nanoTime();

    /// What this process has to do with its server besides the workers.
    interface Own {
        /// Whether it accepts connections itself.
        boolean isAccepting();

        /// How many requests it has served itself.
        long requests();

        /// The generation that it serves itself, by threads, is replaced. Does not wait.
        void retire();

        /// Another process has taken over: the server ends, and with it this one's supervision. Does not wait.
        void leave();
    }

    /// @param first the generation to begin with: one without workers if this process serves itself
    /// @param crew whom this process lends work to; null if it does not
    /// @param doubtful whether there is another master that goes on if a worker doubts its own answers
    Supervisor(
            Sockets sockets,
            MessageListener control,
            Path controlPath,
            SameProgram program,
            Generation first,
            Own own,
            ServiceManager manager,
            boolean doubtful,
            @Nullable ProcessCrew crew) throws IOException {
        this.sockets = sockets;
        this.control = control;
        this.own = own;
        this.manager = manager;
        this.doubtful = doubtful;
        staffing = new Staffing(program, controlPath, sockets, readiness::wakeup, crew);
        generations = new Generations(first);
        reloading = new Reloading(generations, sockets, passing, own, manager, this::requests);
        recycling = new Recycling(generations);
        hearing = new Hearing(generations, this);
        liveness = new Liveness(generations, reloading, passing, hearing::hear);
        overview = new Overview(generations, liveness, sockets);
        upgrading = new Upgrading(program, controlPath, sockets, readiness::wakeup, this::requests);
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
            String failure = liveness.failure();
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

    /// Starts a new master and waits for the outcome.
    void upgrade() throws IOException {
        Reload begun;
        synchronized (this) {
            begun = askForUpgrade();
        }
        readiness.wakeup();
        begun.await();
    }

    /// Takes the place of the master before this one. Waits until no worker starts, which would look for this one where it was.
    ///
    /// @param path where others find it from now on
    /// @param addresses what it listens on
    void takePlace(Path path, List<SocketAddress> addresses) throws IOException {
        while (true) {
            synchronized (this) {
                String failure = liveness.failure();
                if (failure != null) {
                    throw new IOException(failure);
                }
                if (generations.everybody().stream().noneMatch(each -> each.state == State.STARTING)) {
                    control.moveTo(path);
                    staffing.moveControlTo(path);
                    upgrading.moveControlTo(path);
                    sockets.own();
                    sockets.keep(addresses);
                    closeRestAt = System.nanoTime() + ASIDE_NANOS;
                    return;
                }
            }
            LockSupport.parkNanos(OUTPUT_NANOS);
        }
    }

    /// Passes a signal on to the workers that handle it; the others would end by it.
    synchronized void passOn(int signal) {
        for (WorkerProcess each : generations.everybody()) {
            if (each.handles(signal)) {
                boolean _ = Descriptors.signal(each.pid(), signal);
            }
        }
    }

    /// The server is about to end, and with it whatever would come up; this process has given the addresses up. The workers are ended
    /// later, and replaced until then.
    void endsSoon() {
        synchronized (this) {
            endsSoon = true;
            stopComing();
            sockets.close(); // who accepts here has its own, and ends them when the backlog is empty
        }
        readiness.wakeup();
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
        return overview.counts();
    }

    synchronized List<WorkerStatus> workers() {
        return overview.workers();
    }

    synchronized long replaced(WorkerEnd why) {
        return overview.replaced(why);
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
                if (ending == null) {
                    ending = End.How.ABORT;
                }
                String over = "the server ends";
                reloading.stop(over);
                upgrading.fail(over);
                upgrading.end(new Answer(1, over));
                generations.everybody().forEach(worker -> worker.kill("the master ends"));
                generations.everybody().forEach(WorkerProcess::close);
                clients.close();
                passing.close();
                sockets.close();
                control.close();
                readiness.close();
            }
            Outlet.OUT.await(LAST_WORDS_NANOS);
            Outlet.ERR.await(LAST_WORDS_NANOS);
            Journal.await(LAST_WORDS_NANOS);
            settled.countDown();
            ended.countDown();
        }
    }

    private synchronized boolean isOver() {
        return ending != null && generations.everybody().isEmpty() && !upgrading.isUnderWay()
                || liveness.failure() != null;
    }

    /// A mistake of ours must not end the thread, and every worker with it.
    private boolean carefulTurn() {
        try {
            return turn();
        } catch (Throwable bug) { // also that there is no thread or memory left: that may pass
            Journal.log(Level.ERROR, "looking after the workers failed", bug);
            return false;
        }
    }

    /// @return whether there is more to do at once
    private boolean turn() {
        greet();
        boolean more = upgrading.pump();
        for (WorkerProcess each : generations.everybody()) {
            if (each.pump()) {
                more = true;
                heardOutputAt = System.nanoTime();
            }
            hearing.hear(each);
        }
        clients.hear();
        long now = System.nanoTime();
        liveness.look(now, ending != null);
        if (closeRestAt != 0 && now - closeRestAt > 0) {
            closeRestAt = 0;
            sockets.aside().closeRest();
        }
        if (upgrading.isDone()) {
            leave(now);
        }
        if (ending == null && !upgrading.isDone() && liveness.failure() == null) {
            if (upgrading.progress(generations.current, !reloading.isUnderWay(), now)) {
                supersede(now);
                return true;
            }
            generations.current.join();
            reloading.progress(!upgrading.isUnderWay(), now);
            recycling.progress(now);
            if (!liveness.hasBegun() && generations.current.isServing()) {
                liveness.begin();
                settled.countDown();
            }
            Generation coming = generations.coming;
            if (coming != null) {
                fill(coming, now);
            }
            Generation current = generations.current;
            fill(current, now);
            if (current.plan != null && current.plan.isPassed()) {
                more |= passing.run(current, sockets.of(current.plan));
            } else {
                passing.close(); // of an old generation, whose workers were passed theirs
            }
        }
        generations.old.removeIf(each -> each.workers.isEmpty());
        return more;
    }

    /// Somebody has come to the control socket: a worker that has started, a new master, or a client.
    private void greet() {
        for (MessageChannel each = control.accept(); each != null; each = control.accept()) {
            try {
                MessageChannel.Peer peer = each.peer();
                WorkerProcess worker = generations.worker(peer.pid());
                if (worker != null && worker.channel == null) {
                    worker.channel = each;
                } else if (upgrading.isStarted(peer.pid())) {
                    upgrading.joined(each, generations.current);
                } else {
                    clients.greet(each, peer);
                }
            } catch (IOException gone) {
                each.close();
            }
        }
    }

    /// A new master has taken over.
    private void supersede(long now) {
        reloading.stop(elsewhere());
        sockets.leave();
        manager.movedTo(upgrading.pid());
        leaveBy = now + Liveness.STUCK_NANOS;
        own.leave();
    }

    /// Says so once nobody is accepted here any longer.
    private void leave(long now) {
        boolean accepting = own.isAccepting()
                || generations.all().stream().anyMatch(each -> !each.isLent() && each.isAccepting());
        if (upgrading.isUnderWay() && (!accepting || now >= leaveBy)) {
            upgrading.end(new Answer(0, "process " + upgrading.pid() + " serves; process "
                    + ProcessHandle.current().pid() + " drains"));
        }
    }

    private long requests() {
        return overview.counts().get(Counter.REQUESTS) + own.requests();
    }

    private synchronized int[] descriptors() {
        List<Integer> all = new ArrayList<>();
        if (control.mayAccept()) {
            all.add(control.fd());
        }
        MessageChannel successor = upgrading.channel();
        if (successor != null) {
            all.add(successor.fd());
        }
        all.addAll(clients.descriptors());
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
            sockets.of(current.plan).forEach(each -> all.add(each.fd()));
        }
        return all.stream().mapToInt(Integer::intValue).toArray();
    }

    private synchronized long untilNextLook() {
        long now = System.nanoTime();
        boolean loud = now - heardOutputAt < LOOK_NANOS || reloading.isStopping() || upgrading.isUnderWay()
                || generations.everybody().stream().anyMatch(each -> each.state == State.STARTING);
        long next = loud ? OUTPUT_NANOS : LOOK_NANOS;
        long start = generations.current.startNotBefore() - now;
        return start > 0 ? Math.min(next, start) : next;
    }

    @Override
    public void onReady(WorkerProcess worker, Plan plan) {
        Generation generation = generations.of(worker);
        if (generation.plan == null && !generation.ending) {
            reloading.onPlan(generation, plan);
        }
    }

    @Override
    public void onDoubt(WorkerProcess worker, String doubt) {
        if (doubtful && !liveness.hasBegun() && generations.of(worker) == generations.current) {
            liveness.fail("in a worker (process " + worker.pid() + ") " + doubt);
        } else {
            reloading.onDoubt(generations.of(worker), worker, doubt);
        }
    }

    // What clients ask.

    @Override
    public Reload askForReload() throws IOException {
        requireOurs();
        return reloading.ask();
    }

    @Override
    public Reload askForUpgrade() throws IOException {
        requireOurs();
        if (ProcessHandle.current().pid() == 1) {
            throw new IOException("this process is the container's first, with whose end all others end: use reload, or"
                    + " an init such as docker run --init");
        }
        return upgrading.ask();
    }

    private void requireOurs() throws IOException {
        if (upgrading.isDone()) {
            throw new IOException(elsewhere());
        }
        if (ending != null || endsSoon) {
            throw new IOException("the server is ending");
        }
    }

    private String elsewhere() {
        return "process " + upgrading.pid() + " has taken over meanwhile: ask that one";
    }

    @Override
    public String status() {
        return overview.text(own.isAccepting());
    }

    // Workers.

    private void fill(Generation generation, long now) {
        try {
            staffing.fill(generation, generation == generations.current, now);
        } catch (IOException | OutOfMemoryError refused) { // the latter where a thread is one too many
            liveness.onLost(generation, null, "could not be started: " + refused.getMessage(), now);
        }
    }

    private void stopComing() {
        reloading.stop(upgrading.isDone() ? elsewhere() : "the server ends");
        upgrading.stop("the server ends");
    }

    private void stopAll(End.How how) {
        stopComing();
        Generation current = generations.current;
        if (current.plan != null && current.plan.isPassed() && how != End.How.ABORT) {
            passing.empty(current, sockets.of(current.plan), current.plan.backlog());
        }
        for (Generation each : generations.all()) {
            each.end(how);
        }
        sockets.close(); // the workers have theirs, and end them when the backlog is empty
    }
}
