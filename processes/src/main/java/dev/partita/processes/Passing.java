package dev.partita.processes;

import dev.partita.linux.socket.Descriptors;
import dev.partita.linux.socket.ListeningSocket;
import dev.partita.linux.socket.MessageChannel;
import dev.partita.linux.socket.MessageChannel.Received;
import dev.partita.server.Division.Reach;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The master as acceptor: it accepts only while there is a worker for the connection; the others wait in the backlog. The
/// supervisor's thread only.
final class Passing {
    /// Between two looks at everything else.
    private static final int BATCH_MAX = 64;
    /// A worker that has been silent for three beats may be stopped: the others get what comes, until it is heard again or lost.
    private static final long SILENT_NANOS = 3 * Membership.BEAT_NANOS;
    /// When there are no descriptors left: what waits in the backlog stays readable, and the thread would turn for nothing.
    private static final long PAUSE_NANOS = 100_000_000L;
    private static final byte[] CONNECTION = {'c'};
    private static final byte[] BELL = {'b'};

    /// Connections that were passed to a worker which has died before it looked.
    private final ArrayDeque<Integer> returned = new ArrayDeque<>();
    private long acceptNotBefore = System.nanoTime();

    /// Whether a worker could take a connection.
    static boolean hasRoom(Generation generation) {
        return target(generation) != null;
    }

    /// Whether it is worth while to wait for connections.
    boolean accepts(Generation generation) {
        return System.nanoTime() - acceptNotBefore >= 0 && hasRoom(generation);
    }

    /// Accepts and passes on what is there.
    ///
    /// @return whether there may be more
    boolean run(Generation generation, List<ListeningSocket> sockets) {
        for (int left = BATCH_MAX; left > 0; left--) {
            WorkerProcess target = target(generation);
            if (target == null) {
                return false;
            }
            int descriptor = next(sockets);
            if (descriptor < 0) {
                return false;
            }
            give(generation, target, descriptor);
        }
        return true;
    }

    /// Passes on what waits at sockets that are about to be closed; no more than their backlog can hold, since more may come all the
    /// time.
    void empty(Generation generation, List<ListeningSocket> sockets, int backlog) {
        for (int left = backlog; left > 0 && run(generation, sockets); left--) {
            // a batch
        }
    }

    /// Accepts the rest of it, for the next generation.
    void keep(List<ListeningSocket> sockets, int backlog) {
        for (ListeningSocket each : sockets) {
            int accepted = each.accept();
            for (int left = backlog; left > 0 && accepted >= 0; left--) {
                returned.add(accepted);
                accepted = left > 1 ? each.accept() : -1;
            }
        }
    }

    private int next(List<ListeningSocket> sockets) {
        Integer back = returned.poll();
        if (back != null) {
            return back;
        }
        if (System.nanoTime() - acceptNotBefore < 0) {
            return -1;
        }
        for (ListeningSocket socket : sockets) {
            int accepted = socket.accept();
            if (accepted >= 0) {
                return accepted;
            }
            if (Descriptors.areExhausted(accepted)) {
                acceptNotBefore = System.nanoTime() + PAUSE_NANOS;
            }
        }
        return -1;
    }

    private void give(Generation generation, WorkerProcess target, int descriptor) {
        if (!target.pass(CONNECTION, descriptor)) {
            // Gone, or stuck with a full queue: it is not asked again before it was heard of.
            target.busy = true;
            returned.add(descriptor);
            return;
        }
        Descriptors.close(descriptor);
        if (isAlone(generation)) {
            MessageChannel passing = target.passing;
            target.busy = passing == null || passing.send(BELL);
        }
    }

    /// Hears whether a worker has rung the bell back: its connection has ended.
    static void hear(WorkerProcess worker) {
        MessageChannel passing = worker.passing;
        if (passing == null) {
            return;
        }
        for (Received received = passing.receive(); received != null && !received.isEnd(); received =
                passing.receive()) {
            Descriptors.close(received.descriptors());
            worker.busy = false;
            worker.idleSince = System.nanoTime();
        }
    }

    /// Takes back what a worker that is gone has not looked at.
    void takeBack(WorkerProcess worker) {
        MessageChannel passed = worker.passed;
        if (passed == null) {
            return;
        }
        for (Received received = passed.receive(); received != null && !received.isEnd(); received = passed.receive()) {
            if (received.descriptor() >= 0) {
                returned.add(received.descriptor());
            }
        }
    }

    /// Gives up what was taken back: nobody is there to take it.
    void close() {
        returned.forEach(Descriptors::close);
        returned.clear();
    }

    /// Whether each worker has one connection at a time.
    static boolean isAlone(Generation generation) {
        return generation.plan != null && generation.plan.reach() == Reach.PASSED_ALONE;
    }

    private static @Nullable WorkerProcess target(Generation generation) {
        boolean alone = isAlone(generation);
        long now = System.nanoTime();
        WorkerProcess best = null;
        for (WorkerProcess each : generation.workers) {
            if (each.isPlaced() && !each.busy && (best == null || isBetter(each, best, alone, now))) {
                best = each;
            }
        }
        return best;
    }

    /// Of two that are alone and heard of the first is as good, and the last ones may end.
    private static boolean isBetter(WorkerProcess one, WorkerProcess other, boolean alone, long now) {
        boolean silent = now - one.heardAt > SILENT_NANOS;
        boolean otherIsSilent = now - other.heardAt > SILENT_NANOS;
        return silent == otherIsSilent ? !alone && one.load() < other.load() : otherIsSilent;
    }
}
