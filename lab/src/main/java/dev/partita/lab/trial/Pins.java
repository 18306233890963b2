package dev.partita.lab.trial;

import dev.partita.lab.results.Trial.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Ties processes to processors by `taskset`, while they run: all their threads, and those that these start.
public final class Pins {
    private static final int PATIENCE_SECONDS = 10;
    /// taskset gives up at a thread that has ended since it was listed: then it is asked again, a little later.
    private static final int TRIES = 10;
    private static final int PAUSE_MILLIS = 20;

    private Pins() {}

    /// Why protocol 1 cannot be used; an empty string if it can.
    public static String unavailable() {
        if (Runtime.getRuntime().availableProcessors() < 2) {
            return "there is one processor only, and protocol 1 needs one for the server and one for the generator";
        }
        try {
            return run(List.of("taskset", "-c", "0", "true")) && run(List.of("taskset", "-c", "1", "true"))
                    ? ""
                    : "this process may not be tied to the processors 0 and 1 (taskset)";
        } catch (IOException none) {
            return "taskset (package util-linux) is not there, so nothing can be tied to a processor";
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /// @return false if the system refuses it: then some of its threads may be tied, and others not
    static boolean server(long pid, Protocol protocol) throws IOException, InterruptedException {
        return pin(pid, protocol == Protocol.P1 ? "0" : everywhere());
    }

    /// @return as [#server]
    static boolean generator(long pid, Protocol protocol) throws IOException, InterruptedException {
        return pin(pid, protocol == Protocol.P1 ? "1" : everywhere());
    }

    private static String everywhere() {
        return "0-" + (Runtime.getRuntime().availableProcessors() - 1);
    }

    private static boolean pin(long pid, String processors) throws IOException, InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            if (run(List.of("taskset", "-a", "-c", "-p", processors, Long.toString(pid)))) {
                return true;
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        return !isAlive(pid); // a worker that has ended meanwhile runs nowhere
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static boolean run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } finally {
            process.destroyForcibly();
        }
    }
}
