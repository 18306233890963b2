package dev.partita.processes;

import dev.partita.linux.LinuxFacts;
import dev.partita.server.Division;
import dev.partita.server.Server;
import dev.partita.server.ServerModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a server of several processes needs of its machine.
final class Requirements {
    /// Descriptors of the master for each worker: its channel, the two ends of the way on which connections are passed, its
    /// standard streams, and its listening socket.
    private static final int DESCRIPTORS_PER_WORKER = 8;
    /// What a JVM has open besides.
    private static final int DESCRIPTORS_BESIDES = 64;
    /// Threads of a JVM and a worker's own; each counts against the user's limit on processes (`getrlimit(2)`).
    private static final int THREADS_PER_WORKER = 24;

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
        long descriptors = LinuxFacts.descriptorsMax();
        long needed = DESCRIPTORS_BESIDES + (long) DESCRIPTORS_PER_WORKER * division.count();
        if (descriptors >= 0 && descriptors < needed) {
            throw new IOException(
                    "a master of " + division.count() + " workers needs " + needed + " open files and may have "
                            + descriptors + ": raise that with ulimit -n " + needed + ", or lower --workers");
        }
        long threads = processesMax();
        long neededThreads = (long) THREADS_PER_WORKER * division.count();
        if (threads < neededThreads) {
            throw new IOException(division.count() + " workers need about " + neededThreads
                    + " threads, and this user may"
                    + " have " + threads + ": raise that with ulimit -u " + neededThreads + ", or lower --workers");
        }
    }

    /// Such as `Max processes             96442                96442                processes`.
    private static long processesMax() {
        String name = "Max processes";
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                if (line.startsWith(name)) {
                    String values = line.substring(name.length()).strip();
                    String soft = values.substring(0, Math.max(0, values.indexOf(' ')));
                    return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
                }
            }
        } catch (IOException | NumberFormatException hidden) {
            // a container without /proc: the start of a process will tell
        }
        return Long.MAX_VALUE;
    }
}
