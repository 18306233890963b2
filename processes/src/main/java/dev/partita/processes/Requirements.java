package dev.partita.processes;

import dev.partita.linux.LinuxFacts;
import dev.partita.linux.User;
import dev.partita.server.Division;
import dev.partita.server.Processes;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.lang.System.Logger.Level;

/// What a server of several processes needs of its machine.
final class Requirements {
    /// Descriptors of the master for each worker: its channel, its standard streams, and the two ends of the way on which
    /// connections are passed, or the memory and the bell by which work is lent, or its listening socket.
    private static final int DESCRIPTORS_PER_WORKER = 5;
    /// What a JVM has open besides.
    private static final int DESCRIPTORS_BESIDES = 64;
    /// Threads of a JVM and a worker's own; each counts like a process.
    private static final int THREADS_PER_WORKER = 24;
    /// The same of the master.
    private static final int THREADS_BESIDES = 32;
    /// Two that drain, one that serves, and one that comes up, here or in a process that is to take over.
    private static final int GENERATIONS_MAX = 4;

    private Requirements() {}

    /// Whether this is a machine, and a server, that can have other processes.
    static boolean areMet(Server server) {
        return !server.transport().name().equals("nio");
    }

    /// @throws IllegalArgumentException if the server cannot have processes at all; the message says why
    /// @throws IOException if a limit of this machine is too low for it; the message says which, and what to do
    static void check(Server server, ServerModel model) throws IOException {
        if (!areMet(server)) {
            throw new IllegalArgumentException(
                    "processes, reloads and --user need Linux and its own transports: sockets are passed"
                            + " between processes by system calls that nio does not have; use --transport auto");
        }
        Division division = model.division();
        if (division == null) {
            return;
        }
        int generation = division.count() + Plan.of(server, division).spares();
        String user = server.user();
        ProcessLimit limit = ProcessLimit.lowest(user != null && User.named(user).uid() != 0);
        String missing = missing(division.count() + " workers need ", generation, limit);
        if (!missing.isEmpty()) {
            throw new IOException(missing + ", or lower --workers");
        }
        String later =
                missing("while one reload follows another there are " + GENERATIONS_MAX + " generations, which need ",
                        GENERATIONS_MAX * generation, limit);
        if (!later.isEmpty() && System.getenv(Processes.VARIABLE) == null) { // the master has said it
            Journal.log(Level.WARNING, later + ", or such a reload may fail");
        }
    }

    /// A server whose process has connections and workers: it leaves workers the descriptors that they need, so that one that is lost can
    /// be replaced while there are as many connections as there may be.
    static Server leavingRoomForWorkers(Server server, Division division) {
        int workers = GENERATIONS_MAX * (division.count() + Plan.of(server, division).spares());
        long kept = DESCRIPTORS_BESIDES + (long) DESCRIPTORS_PER_WORKER * workers;
        long descriptorsMax = LinuxFacts.descriptorsMax();
        long room = Math.max(1, descriptorsMax - kept);
        if (descriptorsMax < 0 || server.limits().connectionsMax() <= room) {
            return server;
        }
        Journal.log(Level.WARNING, "at most " + room + " connections at a time: this process may have " + descriptorsMax
                + " open files, and keeps " + kept + " of them for workers: raise that with ulimit -n "
                + (server.limits().connectionsMax() + kept));
        return server.limits(server.limits().withConnectionsMax((int) room));
    }

    /// @return what so many workers need and may not have; empty if nothing
    private static String missing(String who, int workers, ProcessLimit limit) {
        long descriptorsMax = LinuxFacts.descriptorsMax();
        long descriptors = DESCRIPTORS_BESIDES + (long) DESCRIPTORS_PER_WORKER * workers;
        if (descriptorsMax >= 0 && descriptorsMax < descriptors) {
            return who + descriptors + " open files in their master, which may have " + descriptorsMax
                    + ": raise that with ulimit -n " + descriptors;
        }
        long threads = THREADS_BESIDES + (long) THREADS_PER_WORKER * workers;
        if (limit.max() < threads) {
            return who + "about " + threads + " threads, and " + limit.whose() + " may have " + limit.max()
                    + ": raise that with " + limit.raisedTo(threads);
        }
        return "";
    }
}
