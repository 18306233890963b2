package dev.partita.lab.trial;

import dev.partita.lab.results.Trial.Protocol;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The lab's end of [GeneratorMain].
final class GeneratorProcess implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int POLL_MILLIS = 2;
    private static final int ENDING_MILLIS = 200;

    private final Process process;
    private final BufferedReader from;
    private final BufferedWriter to;
    private @Nullable Protocol pinned;
    private boolean wasTied;

    private GeneratorProcess(Process process) {
        this.process = process;
        from = process.inputReader(StandardCharsets.UTF_8);
        to = process.outputWriter(StandardCharsets.UTF_8);
    }

    static GeneratorProcess start(Launch launch) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Launch.SESSION);
        command.addAll(launch.java());
        command.addAll(List.of("-m", Launch.GENERATOR));
        Path errors = launch.folder().resolve("generator.log");
        try {
            return new GeneratorProcess(new ProcessBuilder(command).redirectError(errors.toFile()).start());
        } catch (IOException none) {
            throw launch.failure("the generator", none);
        }
    }

    /// Ties it to the processors of the protocol.
    ///
    /// @return false if the system refuses that
    boolean pin(Protocol protocol) throws IOException, InterruptedException {
        if (pinned != protocol && (wasTied || protocol == Protocol.P1)) {
            wasTied = true;
            pinned = null; // until all of it is there
            if (!Pins.generator(process.pid(), protocol)) {
                return false;
            }
        }
        pinned = protocol;
        return true;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Whether it is gone; waits a moment, since its pipes tell that before the system does.
    boolean hasEnded() throws InterruptedException {
        return process.waitFor(ENDING_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// The generator ends this server if the lab is killed.
    void adopt(ServerProcess server) throws IOException {
        tell(GeneratorMain.SERVER + server.pid());
    }

    void order(Order order) throws IOException {
        tell(MAPPER.writeValueAsString(order));
    }

    /// Waits for the load to begin.
    ///
    /// @return null once it does; what was said instead
    @Nullable Loaded awaitBegin(long untilNanoTime) throws IOException, InterruptedException {
        String line = line(untilNanoTime);
        return line.equals(GeneratorMain.BEGINS) ? null : loaded(line);
    }

    Loaded await(long untilNanoTime) throws IOException, InterruptedException {
        return loaded(line(untilNanoTime));
    }

    private static Loaded loaded(String line) throws IOException {
        try {
            return MAPPER.readValue(line, Loaded.class);
        } catch (JacksonException odd) {
            throw new IOException("the generator says: " + line, odd);
        }
    }

    private void tell(String line) throws IOException {
        to.write(line);
        to.write('\n');
        to.flush();
    }

    private String line(long untilNanoTime) throws IOException, InterruptedException {
        while (!from.ready()) {
            if (!process.isAlive()) {
                throw new IOException("the generator has ended with exit code " + process.exitValue());
            }
            if (System.nanoTime() > untilNanoTime) {
                throw new IOException("the generator does not answer");
            }
            Thread.sleep(POLL_MILLIS);
        }
        return from.readLine();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
