package dev.partita.lab.trial;

import dev.partita.lab.results.Trial.Protocol;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Ties processes to processors by `taskset`, while they run: all their threads, and those that these start.
public final class Pins {
    private static final int PATIENCE_SECONDS = 10;

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
        }
    }

    static boolean server(long pid, Protocol protocol) throws IOException {
        return pin(pid, protocol == Protocol.P1 ? "0" : everywhere());
    }

    static boolean generator(long pid, Protocol protocol) throws IOException {
        return pin(pid, protocol == Protocol.P1 ? "1" : everywhere());
    }

    private static String everywhere() {
        return "0-" + (Runtime.getRuntime().availableProcessors() - 1);
    }

    private static boolean pin(long pid, String processors) throws IOException {
        return run(List.of("taskset", "-a", "-c", "-p", processors, Long.toString(pid)));
    }

    private static boolean run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            process.destroyForcibly();
        }
    }
}
