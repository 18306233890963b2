package dev.partita.processes;

import dev.partita.server.Processes;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts this program again, with the command line that it was started with: the JVM and its options, the main class, the
/// arguments. What stands in the files that these name is read anew, so a new jar or configuration takes effect.
final class SameProgram {
    /// A worker without memory is no use to anybody; the master replaces it.
    private static final String EXIT_ON_OUT_OF_MEMORY = "-XX:+ExitOnOutOfMemoryError";

    private final List<String> command;

    private SameProgram(List<String> command) {
        this.command = command;
    }

    /// Reads the command line of this process from the kernel, which has all of it (`proc_pid_cmdline(5)`).
    static SameProgram read() throws IOException {
        String line = new String(Files.readAllBytes(Path.of("/proc/self/cmdline")), StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>(List.of(line.split("\0", -1)));
        command.removeLast(); // behind the last zero
        if (!command.contains(EXIT_ON_OUT_OF_MEMORY)) {
            command.add(1, EXIT_ON_OUT_OF_MEMORY);
        }
        return new SameProgram(command);
    }

    /// Starts it as a worker.
    ///
    /// @param control where the master can be reached
    Process start(Path control) throws IOException {
        var builder = new ProcessBuilder(command).redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put(Processes.VARIABLE, control.toString());
        return builder.start();
    }
}
