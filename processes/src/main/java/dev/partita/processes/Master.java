package dev.partita.processes;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.limits.Limits;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.MessageListener;
import dev.partita.loop.Attendant;
import dev.partita.processes.Message.End;
import dev.partita.server.Division;
import dev.partita.server.Division.Reach;
import dev.partita.server.Running;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import dev.partita.server.WorkerStatus;
import dev.partita.transport.SocketOptions;
import dev.partita.transport.Transport;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A server that runs in other processes; or in this one with threads, until a reload puts another in its place.
final class Master implements Running {
    private final Server server;
    private final ServerModel model;
    private final Sockets sockets;
    private final List<SocketAddress> addresses;
    private final List<SocketOptions.Outcome> options;
    /// The generation that this process serves itself, by threads.
    private final @Nullable Running own;
    private final AtomicBoolean ownIsOld = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    /// Null while this process is the only one and nobody has asked for another.
    private volatile @Nullable Supervisor supervisor;

    private Master(Server server, ServerModel model, Sockets sockets, @Nullable Running own) {
        this.server = server;
        this.model = model;
        this.sockets = sockets;
        this.own = own;
        List<ListeningSocket> all = sockets.all();
        addresses = own != null ? own.addresses() : all.stream().map(ListeningSocket::address).distinct().toList();
        options = own != null ? own.socketOptions() : all.getFirst().outcomes();
    }

    static Running start(Server server, ServerModel model, Division division) throws IOException {
        var sockets = new Sockets(server.transport());
        Running own = null;
        try {
            Plan plan = Plan.of(server, division);
            if (division.reach() != Reach.ALL) {
                sockets.open(plan);
                var master = new Master(server, model, sockets, null);
                master.supervise(new Generation(1, plan)).awaitStart();
                return master;
            }
            var transport = new HandedTransport(server.transport());
            own = model.start(server.transport(transport));
            sockets.adopt(transport.opened());
            var master = new Master(server, model, sockets, own);
            Path asked = server.control();
            if (asked != null && !asked.toString().isEmpty()) {
                Supervisor _ = master.supervise(new Generation(1, null));
            }
            return master;
        } catch (IOException | RuntimeException failure) {
            sockets.close();
            if (own != null) {
                own.close();
            }
            throw failure;
        }
    }

    private Supervisor supervise(Generation first) throws IOException {
        Path path = path();
        MessageListener control = ControlPath.listen(path);
        try {
            var begun = new Supervisor(sockets, control, path, first, this::retireOwn);
            supervisor = begun;
            new Attendant("supervisor", begun).start();
            return begun;
        } catch (IOException failure) {
            control.close();
            throw failure;
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
        return server.transport();
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
        return own == null ? counts : counts.plus(own.counts());
    }

    @Override
    public long connections() {
        return counts().connections();
    }

    @Override
    public List<Level> loops() {
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
        return own != null && !ownIsOld.get() ? own.queues() : List.of();
    }

    @Override
    public List<WorkerStatus> workers() {
        Supervisor others = supervisor;
        return others == null ? List.of() : others.workers();
    }

    @Override
    public void reload() throws IOException {
        Supervisor others;
        synchronized (this) {
            if (ending.get()) {
                throw new IOException("the server is ending");
            }
            others = supervisor != null ? supervisor : supervise(new Generation(1, null));
        }
        others.reload();
    }

    /// The new generation serves: what this process served itself ends.
    private void retireOwn() {
        Running retiring = own;
        if (retiring != null && ownIsOld.compareAndSet(false, true)) {
            new Attendant("drain", retiring::drain).start();
        }
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
        boolean clean = true;
        if (first || how == End.How.ABORT) {
            long abortedBefore = count(Counter.ABORTED);
            endAll(how);
            clean = count(Counter.ABORTED) == abortedBefore;
        }
        if (first) {
            ended.countDown();
        } else {
            awaitUninterruptibly(ended);
        }
        return clean;
    }

    private void endAll(End.How how) {
        Supervisor others;
        synchronized (this) {
            others = supervisor;
        }
        if (others != null) {
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
            awaitUninterruptibly(others.ended());
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
