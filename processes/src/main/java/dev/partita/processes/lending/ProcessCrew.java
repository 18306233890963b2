package dev.partita.processes.lending;

import dev.partita.connection.Connection;
import dev.partita.connection.Inbox;
import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.limits.Limits;
import dev.partita.loop.Crew;
import dev.partita.loop.EventLoop;
import dev.partita.loop.Schedule;
import dev.partita.server.Running.Level;
import dev.partita.server.Server;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// The workers of a master that lends: what its loop gives work to, and how it gets it back. Who is one of them is the
/// supervisor's to say; it does so by orders that the loop carries out between two turns.
public final class ProcessCrew implements Crew, Inbox, Schedule {
    /// Connections over the limit that are told so; see [dev.partita.connection.ConnectionTable].
    private static final int CONNECTIONS_BESIDES = 64;

    private static final Set<Counter> OF_WORKERS = EnumSet.complementOf(EnumSet.of(Counter.ACCEPTED, Counter.CLOSED,
            Counter.BROKEN, Counter.ABORTED, Counter.BYTES_IN, Counter.BYTES_OUT));
    /// A worker's clock decides when a request has been late to arrive.
    private static final Set<Counter> OF_MASTER = EnumSet.complementOf(EnumSet.of(
            Counter.LATE_HEADS, Counter.LATE_BODIES));

    private final Limits limits;
    private final RelayProtocol relays;
    private final ConcurrentLinkedQueue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private volatile List<DistantWorker> workers = List.of();
    private volatile @Nullable EventLoop loop;
    private boolean over;

    /// @param server what is served
    public ProcessCrew(Server server) {
        limits = server.limits();
        relays = new RelayProtocol(server.protocol(), limits.connectionsMax() + CONNECTIONS_BESIDES);
    }

    /// What the master itself serves, nowhere yet: the same as `server`, but it only carries bytes. Who observes requests does so
    /// where they are read.
    public Server relay(Server server) {
        return Server.of(relays)
                .limits(server.limits())
                .socketOptions(server.options())
                .pinned(server.isPinned())
                .transport(server.transport());
    }

    /// What the master, which has the connections, and its workers, which have the requests, have counted together.
    public static Counts together(Counts master, Counts workers) {
        return workers.only(OF_WORKERS).plus(master.only(OF_MASTER));
    }

    // For the supervisor's thread.

    /// Makes what a worker needs that is to begin.
    ///
    /// @throws IOException if there is no memory or descriptor for it
    public DistantWorker prepare() throws IOException {
        return DistantWorker.of(limits.connectionsMax(), limits.bufferBytesMax());
    }

    /// From now on the worker gets work, and before the others do where all are idle: it is the one whose code has to be compiled, and
    /// what it is too slow for is theirs.
    public void add(DistantWorker worker) {
        order(() -> {
            EventLoop here = loop;
            if (here != null && worker.begin(here)) {
                List<DistantWorker> more = new ArrayList<>(List.of(worker));
                more.addAll(workers);
                workers = List.copyOf(more);
            }
        });
    }

    /// The worker gets nothing new any more.
    ///
    /// @param then runs when that is so
    public void retire(DistantWorker worker, Runnable then) {
        order(() -> {
            worker.retire();
            then.run();
        });
    }

    /// The worker's process is gone.
    public void lose(DistantWorker worker) {
        order(() -> {
            worker.lose(loop);
            workers = workers.stream().filter(each -> each != worker).toList();
        });
    }

    /// The server has ended. If its loop has, nobody but the callers is left to carry out orders; one that waits for a worker
    /// still does it.
    public synchronized void end() {
        EventLoop here = loop;
        try {
            over = here == null || here.join(0);
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        if (over) {
            carryOut();
        }
    }

    private synchronized void order(Runnable order) {
        orders.add(order);
        EventLoop here = loop;
        if (over) {
            carryOut();
        } else if (here != null) {
            here.wake();
        }
    }

    /// What waits before each worker, or is worked on. From any thread.
    public List<Level> levels() {
        List<Level> levels = new ArrayList<>();
        for (DistantWorker each : workers) {
            levels.add(new Level("worker-" + levels.size(), each.load()));
        }
        return levels;
    }

    // For the loop.

    @Override
    public void workFor(EventLoop loop) {
        this.loop = loop;
        loop.schedule(this);
    }

    @Override
    public Inbox leastLoaded() {
        return this;
    }

    /// Whom a session is with stays in charge of it. Otherwise an idle worker, or the one with the least to do.
    @Override
    public boolean enqueue(Connection connection) {
        Relay relay = relays.of(connection);
        DistantWorker worker = relay.worker();
        if (worker == null) {
            worker = least();
        }
        if (worker == null) {
            return false;
        }
        worker.lend(relay, connection);
        return true;
    }

    private @Nullable DistantWorker least() {
        List<DistantWorker> all = workers;
        DistantWorker least = null;
        for (int i = 0; i < all.size(); i++) {
            DistantWorker each = all.get(i);
            if (each.takesNew(limits.queueMax()) && (least == null || each.load() < least.load())) {
                least = each;
            }
        }
        return least;
    }

    /// Hears what the workers have done. The connections come home by the loop's inbox, as from any worker.
    @Override
    public long run() {
        carryOut();
        List<DistantWorker> all = workers;
        EventLoop here = loop;
        for (int i = 0; i < all.size(); i++) {
            all.get(i).sleeps(false);
            hear(all.get(i));
            if (here != null && here.isAborting()) {
                all.get(i).giveUp(here);
            }
        }
        boolean more = false;
        for (int i = 0; i < all.size(); i++) {
            all.get(i).sleeps(true); // and then looks once more: who says something afterwards rings
            more |= all.get(i).hasSaid();
        }
        return more ? 0 : NEVER;
    }

    private void hear(DistantWorker worker) {
        EventLoop here = loop;
        if (here != null && worker.lie().isEmpty()) {
            worker.hear(here);
        }
    }

    private void carryOut() {
        for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
            order.run();
        }
    }
}
