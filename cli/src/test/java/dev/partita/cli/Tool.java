package dev.partita.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A program of the system that a test talks to a server with. Closing it ends it.
final class Tool implements AutoCloseable {
    /// How long it may take before it is ended: a guard against one that hangs, never a measure.
    static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final Path errors;

    private Tool(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        var _ = process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).whenComplete((ended, late) -> {
            if (late != null) {
                kill(); // so that a test that reads its output sees the end of it
            }
        });
    }

    /// Where it is installed. Without it the calling test is skipped, and the log says so.
    static Path installed(String name) {
        String folders = System.getenv().getOrDefault("PATH", "");
        return Stream.of(folders.split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> {
                    String reason = "skipped, because " + name + " is not installed (apt-get install " + name + ")";
                    System.out.println(reason);
                    return Assumptions.abort(reason);
                });
    }

    /// Starts it. What it says on standard error is kept in a file.
    static Tool start(Path errors, List<String> command) throws IOException {
        return new Tool(new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectError(errors.toFile())
                .start(), errors);
    }

    /// Its standard output.
    InputStream output() {
        return process.getInputStream();
    }

    /// Waits for its end.
    ///
    /// @return the exit code
    int exit() throws InterruptedException {
        return process.waitFor();
    }

    /// What it has said on standard error.
    String errors() throws IOException {
        return Files.readString(errors);
    }

    /// Ends it, and what it has started, if it has not ended by itself.
    @Override
    public void close() {
        kill();
        process.destroyForcibly(); // closes its streams too
    }

    /// By their handles, since these leave alone what it has said.
    private void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly();
    }
}
