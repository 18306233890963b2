package dev.partita.lab.trial;

import dev.partita.lab.results.Trial.Protocol;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A server of the lab's: `partita serve` in a JVM of its own, on a port that the system chooses.
final class ServerProcess implements AutoCloseable {
    private static final Pattern ADDRESS = Pattern.compile("serving\\s+http://[^:]+:(\\d+)/");
    private static final long START_NANOS = 20_000_000_000L;
    private static final int POLL_MILLIS = 10;
    private static final int LAST_LINES = 12;
    /// Whoever does not hear of it any more hears of its end a moment later.
    private static final int ENDING_MILLIS = 200;

    private final Process process;
    private final Path output;
    private final boolean isDivided;
    private int port;
    private @Nullable Protocol pinned;
    private boolean wasTied;
    private boolean hadIdle;

    private ServerProcess(Process process, Path output, boolean isDivided) {
        this.process = process;
        this.output = output;
        this.isDivided = isDivided;
    }

    /// Starts one and does not wait for it: several may start at once.
    ///
    /// @param more options
    static ServerProcess start(Launch launch, Contestant contestant, List<String> more, int number)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Launch.SESSION);
        command.addAll(launch.java());
        command.addAll(List.of("-m", launch.server(), "serve", "--port", "0", "--admin", "off"));
        command.addAll(contestant.arguments());
        command.addAll(launch.content());
        command.addAll(more);
        Path output = launch.folder().resolve("server-" + number + ".log");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
        } catch (IOException none) {
            throw launch.failure("a server", none);
        }
        return new ServerProcess(process, output, contestant.isInProcesses());
    }

    /// Waits until it can be reached.
    ///
    /// @return false if it has ended, or does not come up
    boolean awaitStart() throws IOException, InterruptedException {
        long until = System.nanoTime() + START_NANOS;
        while (port == 0 && System.nanoTime() < until) {
            Matcher matcher = ADDRESS.matcher(Files.readString(output, StandardCharsets.UTF_8));
            if (matcher.find()) {
                port = Integer.parseInt(matcher.group(1));
            } else if (!process.isAlive()) {
                return false;
            } else {
                Thread.sleep(POLL_MILLIS);
            }
        }
        return port != 0 && process.isAlive();
    }

    /// Ties it to the processors of the protocol.
    ///
    /// @return false if the system refuses that
    boolean pin(Protocol protocol) throws IOException, InterruptedException {
        if (pinned != protocol && (wasTied || protocol == Protocol.P1)) {
            wasTied = true;
            pinned = null; // until all of it is there
            for (long each : pids()) {
                if (!Pins.server(each, protocol)) { // a worker that is started later inherits it from its master
                    return false;
                }
            }
        }
        pinned = protocol;
        return true;
    }

    /// Whether these are the first idle connections that it has.
    boolean isFirstIdle(int connections) {
        boolean first = !hadIdle && connections > 0;
        hadIdle |= first;
        return first;
    }

    boolean hadIdle() {
        return hadIdle;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /// Its own, and those of its workers if they are processes.
    List<Long> pids() {
        List<Long> all = new ArrayList<>(List.of(process.pid()));
        if (isDivided) {
            process.descendants().map(ProcessHandle::pid).forEach(all::add);
        }
        return all;
    }

    /// What the kernel has counted for it so far.
    ProcessSample sample() throws IOException {
        return ProcessSample.of(pids());
    }

    /// Why it is not there, in words.
    String end() throws InterruptedException {
        return process.waitFor(ENDING_MILLIS, TimeUnit.MILLISECONDS)
                ? "the server has ended with exit code " + process.exitValue()
                : "the server does not come up";
    }

    /// The last that it said.
    List<String> lastLines() {
        try {
            List<String> lines = Files.readAllLines(output);
            return List.copyOf(lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /// Ends it without a drain: what it had to say was measured.
    @Override
    public void close() {
        List<ProcessHandle> workers = isDivided ? process.descendants().toList() : List.of();
        process.destroyForcibly();
        workers.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
