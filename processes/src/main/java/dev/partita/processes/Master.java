package dev.partita.processes;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.limits.Limits;
import dev.partita.linux.User;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.MessageListener;
import dev.partita.loop.Attendant;
import dev.partita.processes.Message.End;
import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.WorkerEnd;
import dev.partita.server.WorkerStatus;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A server that runs in other processes; or in this one with threads, until a reload puts another in its place.
final class Master implements Running, Supervisor.Own {
    /// include/uapi/asm-generic/signal.h, the same on x86-64 and aarch64
    private static final int SIGUSR1 = 10;

    private final Server server;
    private final ServerModel model;
    private final Sockets sockets;
    private final SameProgram program;
    private final ServiceManager manager = new ServiceManager();
    private final List<Runnable> whenSuperseded = new CopyOnWriteArrayList<>();
    private volatile boolean superseded;
    private final List<SocketAddress> addresses;
    private final List<SocketOptions.Outcome> options;
    /// The generation that this process serves itself, by threads.
    private final @Nullable Running own;
    private final AtomicBoolean ownIsOld = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    /// No request was given up by the end.
    private volatile boolean clean = true;
    /// Where this process keeps the connections and lends the work.
    private final @Nullable Front front;
    /// Null while this process is the only one and nobody has asked for another.
    private volatile @Nullable Supervisor supervisor;

    private Master(Server server, ServerModel model, Sockets sockets, SameProgram program, @Nullable Running own,
            @Nullable Front front) {
        this.program = program;
        this.front = front;
        this.server = server;
        this.model = model;
        this.sockets = sockets;
        this.own = own;
        List<ListeningSocket> all = sockets.all();
        addresses = own != null ? own.addresses() : all.stream().map(ListeningSocket::address).distinct().toList();
        options = own != null ? own.socketOptions() : all.getFirst().outcomes();
    }

    /// @param environment what those who are started by this process have to know
    /// @param activation the sockets that it was started with
    /// @param takeover if it is to take over from another master, how
    static Running start(
            Server server,
            ServerModel model,
            Division division,
            Map<String, String> environment,
            Activation activation,
            @Nullable Takeover takeover) throws IOException {
        var sockets = new Sockets(server.transport());
        Master master = null;
        try {
            sockets.adopt(activation);
            if (takeover != null) {
                takeover.inherit(sockets, server);
            }
            SameProgram program = SameProgram.read(environment);
            master = division.reach() != Reach.ALL
                    ? divided(server, model, division, sockets, program, takeover)
                    : alone(server, model, division, sockets, program, takeover);
            Supervisor supervisor = master.supervisor;
            if (takeover != null && supervisor != null) {
                if (!takeover.complete(supervisor, server.addresses())) {
                    boolean _ = master.drain();
                    throw new IOException("the server that this process was to take over from has given that up");
                }
            }
            master.manager.ready("serving with " + model.name());
            return master;
        } catch (IOException | RuntimeException failure) {
            sockets.close();
            if (master != null) {
                master.close();
            }
            throw failure;
        }
    }

    /// A master that has no connections, or keeps them and lends the work.
    private static Master divided(
            Server server,
            ServerModel model,
            Division division,
            Sockets sockets,
            SameProgram program,
            @Nullable Takeover takeover) throws IOException {
        Plan plan = Plan.of(server, division);
        sockets.open(plan);
        Division.Front part = division.front();
        String user = server.user();
        if (part != null && user != null) { // it serves too, and opens nothing new at a reload
            Privileges.give(user);
        }
        Server keeps = part == null ? server : Requirements.leavingRoomForWorkers(server, division);
        Front front = part == null ? null : new Front(keeps);
        var master = new Master(keeps, model, sockets, program, null, front);
        Supervisor supervisor = master.supervise(begin(plan, takeover), takeover);
        try {
            if (front != null && takeover != null) {
                rehearse(server, division); // as the workers do at the same time
            }
            supervisor.awaitStart();
            if (takeover != null) {
                takeover.serves();
            }
            if (part != null && front != null) {
                front.open(part, keeps, sockets);
            }
        } catch (IOException | RuntimeException failure) {
            supervisor.end(End.How.ABORT);
            Attendant.awaitUninterruptibly(supervisor.ended());
            throw failure;
        }
        return master;
    }

    private static Generation begin(@Nullable Plan plan, @Nullable Takeover takeover) {
        return takeover == null ? Generation.first(plan) : Generation.next(takeover.generation(), plan);
    }

    /// A process that serves itself, until a reload.
    private static Master alone(
            Server server,
            ServerModel model,
            Division division,
            Sockets sockets,
            SameProgram program,
            @Nullable Takeover takeover) throws IOException {
        if (takeover != null) {
            rehearse(server, division);
        }
        var transport = new HandedTransport(server.transport());
        sockets.lend(transport);
        String user = server.user();
        if (user != null) {
            transport.whenOpen(server.addresses().size(), () -> Privileges.give(user));
        }
        if (takeover != null) {
            takeover.serves();
        }
        Running own = server.transport(transport).start(model);
        try {
            transport.closeRest();
            sockets.adopt(transport.opened());
            var master = new Master(server, model, sockets, program, own, null);
            Path asked = server.control();
            if (takeover != null || asked != null && !asked.toString().isEmpty()) {
                Supervisor _ = master.supervise(begin(null, takeover), takeover);
            }
            return master;
        } catch (IOException | RuntimeException failure) {
            own.close();
            throw failure;
        }
    }

    /// Before this process takes over from another.
    ///
    /// @throws IOException if it would not serve
    private static void rehearse(Server server, Division division) throws IOException {
        try (Rehearsal rehearsal = Rehearsal.begin(server, division)) {
            String doubt = rehearsal.often(() -> true);
            if (!doubt.isEmpty()) {
                throw new IOException(doubt);
            }
        }
    }

    private Supervisor supervise(Generation first, @Nullable Takeover takeover) throws IOException {
        Path path = takeover == null ? path() : takeover.controlMeanwhile();
        MessageListener control = ControlPath.listen(path);
        try {
            var begun = new Supervisor(sockets, control, path, program, first, this, manager, takeover != null,
                    front == null ? null : front.crew());
            supervisor = begun;
            boolean unprivileged = server.user() != null;
            new Attendant("supervisor", () -> {
                if (unprivileged) {
                    gainNothing();
                }
                begun.run();
            }).start();
            return begun;
        } catch (IOException failure) {
            control.close();
            throw failure;
        }
    }

    /// The thread that starts the workers has this from whoever has started it, but that may be the JVM.
    private static void gainNothing() {
        try {
            User.gainNothing();
        } catch (IOException old) {
            Journal.log(System.Logger.Level.WARNING, "workers could gain privileges again: " + old.getMessage());
        }
    }

    private Path path() throws IOException {
        Path asked = server.control();
        return asked != null && !asked.toString().isEmpty()
                ? asked.toAbsolutePath()
                : ControlPath.of(addresses);
    }

    @Override
    public ServerModel model() {
        return model;
    }

    @Override
    public Transport transport() {
        return sockets.aside();
    }

    @Override
    public Limits limits() {
        return own == null ? server.limits() : own.limits();
    }

    @Override
    public List<SocketAddress> addresses() {
        return addresses;
    }

    @Override
    public List<SocketOptions.Outcome> socketOptions() {
        return options;
    }

    @Override
    public long count(Counter counter) {
        return counts().get(counter);
    }

    @Override
    public Counts counts() {
        Supervisor others = supervisor;
        Counts counts = others == null ? new Counts() : others.counts();
        if (front != null) {
            return front.counts(counts);
        }
        return own == null ? counts : counts.plus(own.counts());
    }

    @Override
    public long connections() {
        return counts().connections();
    }

    @Override
    public List<Level> loops() {
        if (front != null) {
            return front.loops();
        }
        if (own != null && !ownIsOld.get()) {
            return own.loops();
        }
        List<Level> levels = new ArrayList<>();
        for (WorkerStatus each : workers()) {
            if (each.place() >= 0 && !each.state().equals("draining")) {
                levels.add(new Level("worker-" + each.place(), each.connections()));
            }
        }
        return levels;
    }

    @Override
    public List<Level> queues() {
        if (front != null) {
            return front.queues();
        }
        return own != null && !ownIsOld.get() ? own.queues() : List.of();
    }

    @Override
    public List<WorkerStatus> workers() {
        Supervisor others = supervisor;
        return others == null ? List.of() : others.workers();
    }

    @Override
    public long replaced(WorkerEnd why) {
        Supervisor others = supervisor;
        return others == null ? 0 : others.replaced(why);
    }

    @Override
    public void reload() throws IOException {
        supervised().reload();
    }

    @Override
    public void upgrade() throws IOException {
        supervised().upgrade();
    }

    private synchronized Supervisor supervised() throws IOException {
        if (ending.get()) {
            throw new IOException("the server is ending");
        }
        Supervisor others = supervisor;
        return others != null ? others : supervise(Generation.first(null), null);
    }

    @Override
    public void reopenLogs() {
        Supervisor others = supervisor;
        if (others != null) {
            others.passOn(SIGUSR1);
        }
    }

    @Override
    public void whenSuperseded(Runnable action) {
        whenSuperseded.add(action);
    }

    // The supervisor's thread.

    @Override
    public boolean isAccepting() {
        if (front != null) {
            return front.isAccepting();
        }
        return own != null ? own.isAccepting() : !ending.get();
    }

    @Override
    public long requests() {
        return own == null ? 0 : own.count(Counter.REQUESTS);
    }

    @Override
    public void retire() {
        Running retiring = own;
        if (retiring != null && ownIsOld.compareAndSet(false, true)) {
            new Attendant("drain", retiring::drain).start();
        }
    }

    @Override
    public void leave() {
        superseded = true;
        new Attendant("leave", () -> {
            new Attendant("drain", this::drain).start();
            whenSuperseded.forEach(Runnable::run);
        }).start();
    }

    @Override
    public void await() throws InterruptedException {
        ended.await();
    }

    @Override
    public boolean await(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public boolean drain() {
        return end(End.How.DRAIN);
    }

    @Override
    public boolean isDraining() {
        return ending.get();
    }

    @Override
    public void abort() {
        boolean _ = end(End.How.ABORT);
    }

    @Override
    public void close() {
        boolean _ = end(End.How.CLOSE);
    }

    private boolean end(End.How how) {
        boolean first = ending.compareAndSet(false, true);
        if (first && !superseded) {
            manager.stopping();
        }
        if (first || how == End.How.ABORT) {
            long abortedBefore = count(Counter.ABORTED);
            endAll(how);
            if (count(Counter.ABORTED) != abortedBefore) {
                clean = false;
            }
        }
        if (first) {
            ended.countDown();
        } else {
            Attendant.awaitUninterruptibly(ended);
        }
        return clean;
    }

    private void endAll(End.How how) {
        Supervisor others;
        synchronized (this) {
            others = supervisor;
        }
        if (front != null && others != null) {
            front.end(others, how);
        } else if (others != null) {
            others.end(how);
        } else {
            sockets.close(); // copies: what this process serves itself has its own
        }
        if (own != null) {
            switch (how) {
                case DRAIN -> own.drain();
                case CLOSE -> own.close();
                case ABORT -> own.abort();
            }
        }
        if (others != null) {
            Attendant.awaitUninterruptibly(others.ended());
        }
    }
}
