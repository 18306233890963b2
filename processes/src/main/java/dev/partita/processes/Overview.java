package dev.partita.processes;

import dev.partita.limits.Counter;
import dev.partita.limits.Counts;
import dev.partita.processes.Generation.Place;
import dev.partita.server.WorkerEnd;
import dev.partita.server.WorkerStatus;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What is known of the workers, for people and for metrics. The supervisor's, under its lock.
final class Overview {
    /// As many workers as an answer has room for.
    private static final int ROWS_MAX = 256;

    private final Generations generations;
    private final Liveness liveness;
    private final Sockets sockets;
    private final long begunAt = System.nanoTime();

    Overview(Generations generations, Liveness liveness, Sockets sockets) {
        this.generations = generations;
        this.liveness = liveness;
        this.sockets = sockets;
    }

    /// What all have counted, also those that have ended.
    Counts counts() {
        Counts sum = liveness.retired();
        for (WorkerProcess each : generations.everybody()) {
            sum = sum.plus(each.counts);
        }
        return sum;
    }

    List<WorkerStatus> workers() {
        List<WorkerStatus> all = new ArrayList<>();
        for (Generation generation : generations.all()) {
            for (WorkerProcess each : generation.workers) {
                all.add(status(generation, each));
            }
        }
        return all;
    }

    long replaced(WorkerEnd why) {
        return generations.replaced(why);
    }

    private static WorkerStatus status(Generation generation, WorkerProcess worker) {
        Place place = generation.placeOf(worker);
        return new WorkerStatus(
                generation.number,
                place == null ? -1 : place.number,
                worker.pid(),
                worker.seenState().name().toLowerCase(Locale.ROOT),
                age(worker.startedAt),
                worker.counts.connections(),
                worker.counts.get(Counter.REQUESTS),
                place == null ? 0 : place.restarts,
                place == null ? "" : place.lastEnd);
    }

    /// All of it: the master, and a table of the workers.
    ///
    /// @param accepting whether this process accepts connections itself
    String text(boolean accepting) {
        List<WorkerStatus> all = workers();
        String self = accepting && generations.current.plan == null ? ", serving itself" : "";
        String more = all.size() > ROWS_MAX ? "and " + (all.size() - ROWS_MAX) + " more\n" : "";
        long before = liveness.retired().get(Counter.REQUESTS);
        return "master " + ProcessHandle.current().pid() + ", age " + WorkerStatus.text(age(begunAt)) + ", on "
                + String.join(", ", sockets.all().stream().map(each -> text(each.address())).distinct().toList())
                + self + "\n"
                + WorkerStatus.table(all.subList(0, Math.min(ROWS_MAX, all.size()))) + more
                + (before > 0 ? before + " requests by workers that have ended\n" : "");
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : "unix:" + address;
    }

    private static Duration age(long since) {
        return Duration.ofNanos(System.nanoTime() - since);
    }
}
